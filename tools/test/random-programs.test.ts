import { cpu } from "@minima/backend-cpu";
import { testRandomPrograms } from "./random-programs.ts";

testRandomPrograms(cpu(), { count: 500, length: 12 });
testRandomPrograms(cpu(), { first: 100_000, count: 100, length: 35 });
