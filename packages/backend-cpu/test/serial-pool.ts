import type { Kernel } from "../src/threads/kernels.ts";
import type { ThreadPool, WriteArguments } from "../src/threads/pool.ts";

/** A pool of three threads of which one does all the work, the last part first. */
export const serialPool = {
  size: 3,
  run(kernel: Kernel, parts: number, count: number, write: WriteArguments): void {
    for (let part = parts - 1; part >= 0; part--) {
      const words = new Int32Array(count);
      write(words, 0, part);
      kernel.call(...words, part % 3);
    }
  },
} as ThreadPool; // the rest of it starts threads
