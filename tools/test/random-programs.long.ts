import { cpu } from "@minima/backend-cpu";
import { testRandomPrograms } from "./random-programs.ts";

testRandomPrograms(cpu(), { first: 1000, count: 16_000, length: 12 });
testRandomPrograms(cpu(), { first: 200_000, count: 4000, length: 25 });
