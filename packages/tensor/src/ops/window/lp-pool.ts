import { ValueError } from "../../errors.ts";
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { mul, pow } from "../arithmetic.ts";
import { type Operand, inFloat32 } from "../build.ts";
import { equal } from "../compare.ts";
import { where } from "../select.ts";
import { averages } from "./average-pool.ts";
import { type Pair, type PerAxis, windowsWithHeight, withHeight, withoutHeight } from "./geometry.ts";
import { poolWindows } from "./pool-windows.ts";

interface LpPoolOptions<E> {
  /** How far the window moves; default its own extent. */
  readonly stride?: E | undefined;
  /** Whether a last window may hang over the end; its sum is then scaled up to the elements of a whole window. */
  readonly ceilMode?: boolean | undefined;
}

export type LpPool1dOptions = LpPoolOptions<number>;
export type LpPool2dOptions = LpPoolOptions<Pair>;

/**
 * (Σ x^p)^(1/p) over each window along the last axis, as in PyTorch: not of |x|, so that of negative numbers an odd p makes
 * NaN. The gradient where the sum is 0 is 0. Integers give float32.
 *
 * @param x - [..., length].
 * @param p - Not 0; 1 gives sums. For p = ∞ use `maxPool1d`.
 * @returns [..., ⌊(length - kernel) / stride⌋ + 1], rounded up in `ceilMode`.
 */
export function lpPool1d(x: Operand, p: number, kernel: number, options: LpPool1dOptions = {}): Tensor {
  return pool("lpPool1d", x, p, kernel, options, 1);
}

/** As `lpPool1d`, over the last two axes: [..., height, width] to [..., height', width']. */
export function lpPool2d(x: Operand, p: number, kernel: Pair, options: LpPool2dOptions = {}): Tensor {
  return pool("lpPool2d", x, p, kernel, options, 2);
}

function pool(
  name: string,
  x: Operand,
  p: number,
  kernel: PerAxis,
  options: LpPoolOptions<PerAxis>,
  axes: 1 | 2,
): Tensor {
  if (!Number.isFinite(p) || p === 0) {
    throw new ValueError(
      `${name}: p ${p} must be a finite number that is not 0; for the largest element use max pooling`,
    );
  }
  return inFloat32([x], (t) => {
    const { stride, ceilMode } = options;
    const { sliding, counts } = poolWindows(name, t, kernel, { stride, ceilMode }, axes);
    const powers = pow(t, p);
    const means =
      axes === 2
        ? averages(powers, counts, sliding, true)
        : withoutHeight(averages(withHeight(powers), [1, ...counts], windowsWithHeight(sliding), true));
    const sums = mul(means, sizeOf(sliding.window));
    const isZero = equal(sums, 0);
    return where(isZero, 0, pow(where(isZero, 1, sums), 1 / p));
  });
}
