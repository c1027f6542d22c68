import type { Tensor } from "../tensor.ts";
import { add, div, maximumWithTiesToSecond, minimumWithTiesToSecond, mul, sub } from "./arithmetic.ts";
import { type Operand, pairInFloat32 } from "./build.ts";
import { equal, less, logicalOr } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { abs, atan, neg, sign, sqrt, square } from "./unary.ts";

/** The larger and the smaller absolute value, and their ratio, at most 1. */
function ratioOf(a: Tensor, b: Tensor): [large: Tensor, ratio: Tensor] {
  const [x, y] = [abs(a), abs(b)];
  const large = maximumWithTiesToSecond(x, y);
  const small = minimumWithTiesToSecond(x, y);
  // Two zeros and two infinities have no quotient; the ratio of equals is 1.
  return [large, where(equal(small, large), 1, div(small, large))];
}

/** Length √(a² + b²) of the vector (a, b), without overflow; broadcast. Its gradient is the direction, at (0, 0) 0. */
export function hypot(a: Operand, b: Operand): Tensor {
  return pairInFloat32("hypot", a, b, (x, y) =>
    withGradient(
      [x, y],
      () => {
        const [large, ratio] = ratioOf(x, y);
        const length = mul(large, sqrt(add(square(ratio), 1)));
        const isInfinite = logicalOr(equal(abs(x), Infinity), equal(abs(y), Infinity)); // whatever the other is
        return where(isInfinite, Infinity, length);
      },
      (g) => {
        // From the ratio, because the length may overflow and small ones lose digits.
        const [large, ratio] = ratioOf(x, y);
        const scaled = div(g, sqrt(add(square(ratio), 1)));
        const part = (t: Tensor): Tensor => {
          const isLarge = equal(abs(t), large);
          return where(isLarge, sign(t), div(t, where(isLarge, 1, large)));
        };
        return [mul(scaled, part(x)), mul(scaled, part(y))];
      },
    ),
  );
}

/** Angle of the point (x, y) in radians, in (-π, π]; broadcast. The angle and its gradient at (0, 0) are 0. */
export function atan2(y: Operand, x: Operand): Tensor {
  return pairInFloat32("atan2", y, x, (b, a) =>
    withGradient(
      [b, a],
      () => {
        const [large, ratio] = ratioOf(b, a);
        // The angle to the nearer axis, then unfolded into the half plane and the whole one.
        const folded = where(equal(large, 0), 0, atan(ratio));
        const half = where(less(abs(a), abs(b)), sub(Math.PI / 2, folded), folded);
        const upper = where(less(a, 0), sub(Math.PI, half), half);
        return where(less(b, 0), neg(upper), upper);
      },
      (g) => {
        const length = hypot(b, a);
        const isZero = equal(length, 0);
        const safe = where(isZero, 1, length);
        const scaled = where(isZero, 0, div(g, safe));
        return [mul(scaled, div(a, safe)), neg(mul(scaled, div(b, safe)))];
      },
    ),
  );
}
