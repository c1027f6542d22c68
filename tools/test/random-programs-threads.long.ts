import { cpu } from "@minima/backend-cpu";
import { type Subject, testRandomPrograms } from "./random-programs.ts";

const open = (): Subject => {
  const device = cpu({ threads: 2 });
  return { device, twin: cpu({ threads: 1 }), close: () => device.dispose() };
};

testRandomPrograms("two threads, with the bits of one,", open, { first: 300_000, count: 2200, length: 7 });
testRandomPrograms("two threads, with the bits of one,", open, { first: 310_000, count: 2200, length: 11 });
testRandomPrograms("two threads, with the bits of one,", open, { first: 400_000, count: 500, length: 25 });
