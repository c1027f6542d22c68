import { f32x4, i32, v128, type FunctionReference, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { multiplyAdd } from "../gemm/micro-kernel.ts";

const parameters = {
  filter: "i32",
  filterStep: "i32",
  offsets: "i32",
  depth: "i32",
  source: "i32",
  count: "i32",
  target: "i32",
  accumulate: "i32",
} as const;

export type Slide = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that computes `target[i] (+)= Σ_k filter[k] · source[i + offsets[k]]` for i < `count`, without
 * packing anything: each element read is used once. Offsets are in bytes, elements of the filter `filterStep` bytes
 * apart. Up to three elements more than `count` are read and written.
 */
export function defineSlide(module: ModuleBuilder, relaxed: boolean): Slide {
  return module.function({ name: "slide", parameters }, (f, p) => {
    const offsetsEnd = f.let(i32.add(p.offsets, i32.shl(p.depth, 2)));
    const slide = (vectors: number): void => {
      const sums = Array.from({ length: vectors }, () => f.let(f32x4.const(0)));
      const [filter, offset] = [f.let(p.filter), f.let(p.offsets)];
      f.block((leave) => {
        f.while(i32.ne(offset, offsetsEnd), () => {
          const source = f.let(i32.add(p.source, i32.load(offset)));
          const factor = f.let(v128.load32_splat(filter));
          sums.forEach((sum, i) => {
            f.set(sum, multiplyAdd(relaxed, factor, v128.load(source, 16 * i), sum));
            // Keeps the loads apart, as in the micro kernel of the matrix product.
            if (i % 4 === 3) f.branchIf(leave, i32.eq(source, 4 * i + 1));
          });
          f.increment(filter, p.filterStep).increment(offset, 4);
        });
      });
      sums.forEach((sum, i) => {
        f.if(p.accumulate, () => void f.set(sum, f32x4.add(v128.load(p.target, 16 * i), sum)));
        f.store("v128.store", p.target, sum, 16 * i);
      });
      f.increment(p.source, 16 * vectors).increment(p.target, 16 * vectors);
    };
    const vectors = f.let(i32.shr_u(i32.add(p.count, 3), 2));
    for (const each of [8, 4, 1]) {
      const rest: Local<"i32"> = vectors;
      f.while(i32.ge_s(rest, each), () => {
        slide(each);
        f.increment(rest, -each);
      });
    }
  });
}
