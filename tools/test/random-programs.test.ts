import { cpu } from "@minima/backend-cpu";
import { fusedOtherwise } from "./fused-otherwise.ts";
import { type Subject, testRandomPrograms } from "./random-programs.ts";

const twoThreads = (): Subject => {
  const device = cpu({ threads: 2 });
  return { device, twin: cpu({ threads: 1 }), close: () => device.dispose() };
};

testRandomPrograms("one thread", () => ({ device: cpu({ threads: 1 }) }), { count: 300, length: 12 });
testRandomPrograms("two threads, with the bits of one,", twoThreads, { first: 100_000, count: 100, length: 30 });
for (const slots of [4, 64]) {
  const name = `kernels of ${slots} buffers, with the bits of others,`;
  testRandomPrograms(name, () => fusedOtherwise(slots), { first: 200_000 + slots, count: 100, length: 12 });
}
