import { cpu } from "@minima/backend-cpu";
import { testRandomPrograms } from "./random-programs.ts";

const open = () => ({ device: cpu({ threads: 1 }) });

testRandomPrograms("one thread", open, { first: 1000, count: 8000, length: 12 });
testRandomPrograms("one thread", open, { first: 200_000, count: 2000, length: 25 });
