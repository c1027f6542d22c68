import { minimum } from "../gemm/arithmetic.ts";
import { f32, f32x4, i32, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";
import type { PoolGeometry, Sliding } from "./pool-geometry.ts";
import { spanOf, type Known } from "./windows.ts";

/** The divisors of four windows side by side; windows whose number is not known lie inside with all their elements. */
export function fourDivisors(
  { rows, columns, countPadding }: PoolGeometry,
  row: Known,
  column: Known,
): Expression<"v128"> {
  const along = (axis: Sliding, index: Known, lane: number): number =>
    typeof index === "number" ? counted(axis, index + lane, countPadding) : axis.window;
  return f32x4.const(...[0, 1, 2, 3].map((lane) => along(rows, row, 0) * along(columns, column, lane)));
}

/** How many elements of a window along one axis count: those inside of the input, or of the input with its padding. */
function counted(axis: Sliding, index: number, countPadding: boolean): number {
  const { input, window, stride, dilation, padBefore, padAfter } = axis;
  const [low, high] = countPadding ? [-padBefore, input + padAfter] : [0, input];
  return Array.from({ length: window }, (_, tap) => index * stride + tap * dilation - padBefore).filter(
    (position) => position >= low && position < high,
  ).length;
}

/** The divisor of a window at any place. */
export function oneDivisor(
  f: FunctionBuilder,
  { rows, columns, countPadding }: PoolGeometry,
  row: Local<"i32">,
  column: Local<"i32">,
): Local<"f32"> {
  const along = (axis: Sliding, index: Local<"i32">): Expression<"i32"> => {
    const { start, first, last } = spanOf(f, axis, index);
    if (!countPadding) return i32.sub(last, first);
    // No window begins before the padding, but the last ones may reach over it.
    const { input, window, dilation, padAfter } = axis;
    const reach = f.let(i32.div_u(i32.add(i32.sub(input + padAfter, start), dilation - 1), dilation));
    return minimum(reach, window);
  };
  return f.let(f32.convert_i32_s(i32.mul(along(rows, row), along(columns, column))));
}
