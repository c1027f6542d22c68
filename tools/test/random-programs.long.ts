import { cpu } from "@minima/backend-cpu";
import { testRandomPrograms } from "./random-programs.ts";

const open = () => ({ device: cpu({ threads: 1 }) });

testRandomPrograms("one thread", open, { first: 1000, count: 5000, length: 8 });
testRandomPrograms("one thread", open, { first: 10_000, count: 4000, length: 12 });
testRandomPrograms("one thread", open, { first: 200_000, count: 1000, length: 25 });
