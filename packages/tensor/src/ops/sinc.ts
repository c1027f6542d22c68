import type { Tensor } from "../tensor.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { equal, less } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { polynomial } from "./polynomial.ts";
import { round } from "./rounding.ts";
import { where } from "./select.ts";
import { cos, neg, sin, square } from "./unary.ts";

/** sin(πx) or cos(πx): half turns are taken off before the product is rounded, and each changes the sign. */
function ofHalfTurns(f: (angle: Tensor) => Tensor, x: Tensor): Tensor {
  const turns = round(x);
  const value = f(mul(sub(x, turns), Math.PI));
  return where(equal(mul(round(mul(turns, 0.5)), 2), turns), value, neg(value));
}

/** Coefficients of the power series of -sinc'(x) / πx in (πx)², highest power first, up to an error of 1e-8 for πx ≤ 1. */
const slopeSeries = [1 / 3991680, -1 / 45360, 1 / 840, -1 / 30, 1 / 3];

/** (cos(πx) - sinc(x)) / x, and near 0, where that difference has no digits left, its series. */
function slope(x: Tensor): Tensor {
  const squared = square(mul(x, Math.PI));
  const isNear = less(squared, 1);
  const safe = where(isNear, 1, x);
  const near = mul(mul(x, -(Math.PI ** 2)), polynomial(slopeSeries, where(isNear, squared, 0)));
  return where(isNear, near, div(sub(ofHalfTurns(cos, safe), sinc(safe)), safe));
}

/** Normalized cardinal sine sin(πx) / (πx), which is 1 at 0. Its derivative at 0 is 0. */
export function sinc(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const isZero = equal(t, 0);
        return where(isZero, 1, div(ofHalfTurns(sin, t), mul(where(isZero, 1, t), Math.PI)));
      },
      (g) => [mul(g, slope(t))],
    ),
  );
}
