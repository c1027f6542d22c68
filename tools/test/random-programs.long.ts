import { cpu } from "@minima/backend-cpu";
import { fusedOtherwise } from "./fused-otherwise.ts";
import { testRandomPrograms } from "./random-programs.ts";

const open = () => ({ device: cpu({ threads: 1 }) });

testRandomPrograms("one thread", open, { first: 1000, count: 2200, length: 7 });
testRandomPrograms("one thread", open, { first: 10_000, count: 2200, length: 11 });
testRandomPrograms("one thread", open, { first: 200_000, count: 500, length: 25 });
testRandomPrograms("kernels of six buffers, with the bits of others,", () => fusedOtherwise(6), {
  first: 300_000,
  count: 1200,
  length: 14,
});
