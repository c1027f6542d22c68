import { cpu } from "@minima/backend-cpu";
import { type Subject, testRandomPrograms } from "./random-programs.ts";

const twoThreads = (): Subject => {
  const device = cpu({ threads: 2 });
  return { device, twin: cpu({ threads: 1 }), close: () => device.dispose() };
};

testRandomPrograms("one thread", () => ({ device: cpu({ threads: 1 }) }), { count: 300, length: 12 });
testRandomPrograms("two threads, with the bits of one,", twoThreads, { first: 100_000, count: 100, length: 30 });
