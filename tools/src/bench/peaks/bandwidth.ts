import { ModuleBuilder, f32x4, i32, v128 } from "@minima/backend-cpu/wasm";
import type { BenchCase } from "../case.ts";
import { median } from "../time.ts";
import { type Kernel, compileKernel, timeKernel } from "./kernel.ts";

/** Each of three arrays: together more than any cache holds. */
const arrayBytes = 64 * 2 ** 20;
const blockBytes = 128;
const pageBytes = 65536;

/**
 * What one core reads from memory, and what it moves in a triad a = b + s·c over arrays too large for the caches
 * (12 bytes an element: two reads and a write). The times are those of the triad.
 */
export const bandwidthCase: BenchCase = {
  name: "peak_bandwidth",
  measure() {
    const memory = new WebAssembly.Memory({ initial: (3 * arrayBytes) / pageBytes });
    new Uint8Array(memory.buffer).fill(0); // pages that were never written are not memory yet
    const read = timeKernel(readKernel(memory), 0, 3 * arrayBytes);
    const triad = timeKernel(triadKernel(memory), 0, arrayBytes);
    return Promise.resolve({
      median_ms: median(triad),
      min_ms: Math.min(...triad),
      samples: triad.length,
      read_gb_per_s: bytesPerNanosecond(read),
      triad_gb_per_s: bytesPerNanosecond(triad),
    });
  },
};

/** Both kernels touch all three arrays once. */
function bytesPerNanosecond(times: readonly number[]): number {
  return (3 * arrayBytes) / median(times) / 1e6;
}

/** Adds up what lies in [start, start + bytes). */
function readKernel(memory: WebAssembly.Memory): Kernel {
  const module = new ModuleBuilder().importMemory({ shared: false });
  module.function(
    { name: "kernel", parameters: { start: "i32", bytes: "i32" }, result: "f32", exported: true },
    (f, { start, bytes }) => {
      const sums = Array.from({ length: blockBytes / 16 }, () => f.let(f32x4.const(0)));
      f.forRange({ to: bytes, step: blockBytes }, (offset) => {
        sums.forEach((sum, i) => f.set(sum, f32x4.add(sum, v128.load(i32.add(start, offset), 16 * i))));
      });
      for (const sum of sums.slice(1)) f.set(sums[0], f32x4.add(sums[0], sum));
      return f32x4.extract_lane(sums[0], 0);
    },
  );
  return compileKernel(module, memory);
}

/** a = b + 3·c, for three arrays of `bytes` behind each other from `start` on. */
function triadKernel(memory: WebAssembly.Memory): Kernel {
  const module = new ModuleBuilder().importMemory({ shared: false });
  module.function(
    { name: "kernel", parameters: { start: "i32", bytes: "i32" }, exported: true },
    (f, { start, bytes }) => {
      const factor = f.let(f32x4.const(3));
      const a = f.let(start);
      f.forRange({ to: bytes, step: blockBytes / 2 }, () => {
        for (let byte = 0; byte < blockBytes / 2; byte += 16) {
          const product = f32x4.mul(factor, v128.load(a, 2 * arrayBytes + byte));
          f.store("v128.store", a, f32x4.add(v128.load(a, arrayBytes + byte), product), byte);
        }
        f.increment(a, blockBytes / 2);
      });
    },
  );
  return compileKernel(module, memory);
}
