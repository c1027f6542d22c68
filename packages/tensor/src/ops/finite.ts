import type { DType } from "../dtype.ts";
import { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, floatNode } from "./build.ts";
import { equal, isFinite, isNaN, lessEqual, logicalAnd, logicalOr } from "./compare.ts";
import { all } from "./reduce.ts";
import { where } from "./select.ts";
import { abs } from "./unary.ts";
import { named } from "./named.ts";

/** Whether x is inf or -inf. */
export function isInf(x: Operand): Tensor {
  return equal(abs(new Tensor(floatNode(x))), Infinity);
}

/** The largest finite number of each float dtype. */
const largestOf: Partial<Record<DType, number>> = { float32: (2 - 2 ** -23) * 2 ** 127, float16: 65504 };

export interface NanToNumOptions {
  /** What replaces NaN; default 0. */
  readonly nan?: number | undefined;
  /** What replaces inf; default the largest number of the dtype. */
  readonly posinf?: number | undefined;
  /** What replaces -inf; default the smallest number of the dtype. */
  readonly neginf?: number | undefined;
}

/** x with numbers in place of NaN and infinities. The gradient passes where x is finite. */
export function nanToNum(x: Operand, options: NanToNumOptions = {}): Tensor {
  const t = asTensor(x);
  const largest = largestOf[t.dtype];
  if (largest === undefined) return t;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const bounded = where(equal(t, Infinity), posinf, where(equal(t, -Infinity), neginf, t));
  return where(isNaN(t), nan, bounded);
}

export interface CloseOptions {
  /** Allowed difference relative to |b|; default 1e-5. */
  readonly rtol?: number | undefined;
  /** Allowed difference; default 1e-8. */
  readonly atol?: number | undefined;
  /** Whether NaN is close to NaN; default false. */
  readonly equalNan?: boolean | undefined;
}

/** Whether |a - b| ≤ atol + rtol·|b|, element by element; equal infinities are close. */
export function isClose(a: Operand, b: Operand, options: CloseOptions = {}): Tensor {
  return named("isClose", () => {
    const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
    const [x, y] = [new Tensor(floatNode(a, "float32")), new Tensor(floatNode(b, "float32"))];
    const isNear = lessEqual(abs(sub(x, y)), add(mul(abs(y), rtol), atol));
    const close = logicalOr(equal(x, y), logicalAnd(isFinite(y), isNear));
    return equalNan ? logicalOr(close, logicalAnd(isNaN(x), isNaN(y))) : close;
  });
}

/** Whether all elements are close, computed now: the promise is of a boolean, so that it can stand in an `if`. */
export async function allClose(a: Operand, b: Operand, options: CloseOptions = {}): Promise<boolean> {
  const areClose = named("allClose", () => isClose(a, b, options));
  return (await all(areClose).item()) !== 0;
}
