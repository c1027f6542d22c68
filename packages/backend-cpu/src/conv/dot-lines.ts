import { f32x4, i32, i32x4, v128, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { multiplyAdd } from "../gemm/micro-kernel.ts";
import { transpose4x4 } from "../gemm/pack.ts";

const parameters = {
  lines: "i32",
  pitch: "i32",
  rows: "i32",
  vector: "i32",
  depth: "i32",
  target: "i32",
  targetBytes: "i32",
  accumulate: "i32",
} as const;

export type DotLines = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that computes the dot products of `rows` lines with a vector of `depth` elements, and stores or
 * adds them to elements `targetBytes` apart. The number of lines is rounded up to four: there must be room.
 */
export function defineDotLines(module: ModuleBuilder, relaxed: boolean): DotLines {
  return module.function({ name: "dotLines", parameters }, (f, p) => {
    const wholeBytes = f.let(i32.shl(i32.and(p.depth, -4), 2));
    const rest = f.let(i32.and(p.depth, 3));
    const mask = f.let(i32x4.lt_s(i32x4.const(0, 1, 2, 3), i32x4.splat(rest)));
    f.forRange({ to: p.rows, step: 4 }, () => {
      const pointers = Array.from({ length: 4 }, () => {
        const pointer = f.let(p.lines);
        f.increment(p.lines, p.pitch);
        return pointer;
      });
      const sums = pointers.map(() => f.let(f32x4.const(0)));
      const x = f.let(p.vector);
      const end = f.let(i32.add(x, wholeBytes));
      f.while(i32.ne(x, end), () => {
        const factor = f.let(v128.load(x));
        pointers.forEach((pointer, i) => {
          f.set(sums[i], multiplyAdd(relaxed, factor, v128.load(pointer), sums[i])).increment(pointer, 16);
        });
        f.increment(x, 16);
      });
      f.if(rest, () => {
        // Behind the end there may be anything, even NaN.
        const factor = f.let(v128.and(v128.load(x), mask));
        pointers.forEach((pointer, i) => {
          f.set(sums[i], multiplyAdd(relaxed, factor, v128.and(v128.load(pointer), mask), sums[i]));
        });
      });
      const lanes = transpose4x4(f, sums).map((each) => f.let(each));
      const totals = f.let(f32x4.add(f32x4.add(lanes[0], lanes[1]), f32x4.add(lanes[2], lanes[3])));
      for (let i = 0; i < 4; i++) {
        f.if(p.accumulate, () => {
          const before = v128.load32_lane(i, p.target, f32x4.const(0));
          f.set(totals, f32x4.add(totals, before));
        });
        f.storeLane("v128.store32_lane", i, p.target, totals).increment(p.target, p.targetBytes);
      }
    });
  });
}
