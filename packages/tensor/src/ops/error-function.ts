import type { Tensor } from "../tensor.ts";
import { add, div, maximumWithTiesToSecond, minimumWithTiesToSecond, mul, sub } from "./arithmetic.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { less } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { polynomial } from "./polynomial.ts";
import { floor } from "./rounding.ts";
import { where } from "./select.ts";
import { erf, exp, neg, square } from "./unary.ts";

/**
 * e^(-x²) without the error that rounding x² costs, which grows with x²: the square of what x has above 2^-8 is exact, and
 * the rest is small.
 */
function gaussian(x: Tensor): Tensor {
  const high = mul(floor(mul(x, 256)), 2 ** -8);
  return mul(exp(neg(square(high))), exp(mul(sub(high, x), add(high, x))));
}

/** Where 1 - erf(x) begins to lose digits, and where erfc(x) is nothing in float32. */
const [tailStart, tailEnd] = [0.5, 10.2];

/** Coefficients of (1 + 2x)·e^(x²)·erfc(x) in t = (x - 2)/(x + 2) between those, highest power first; error 2e-8. */
const tail = [
  -1.33890661e-3, 9.52070381e-4, 8.71008677e-3, -7.94911162e-3, -5.42221218e-2, 1.64042564e-1, -1.66030101e-1,
  -9.27635793e-2, 1.27697838,
]; // prettier-ignore

/**
 * Complementary error function 1 - erf(x) = 2/√π ∫ₓ^∞ e^(-t²) dt, whose small values for large x are good to a few units in the
 * last place too. The form of the tail is that of M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
 * (1 + 2x)exp(x²)erfc x in 0 ≤ x < ∞", Mathematics of Computation 36 (1981); the coefficients are fitted to float32. Its
 * derivative is -2/√π·e^(-x²).
 */
export function erfc(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const far = minimumWithTiesToSecond(maximumWithTiesToSecond(t, tailStart), tailEnd);
        const share = div(polynomial(tail, div(sub(far, 2), add(far, 2))), add(mul(far, 2), 1));
        return where(less(t, tailStart), sub(1, erf(t)), mul(gaussian(far), share));
      },
      (g) => {
        const near = minimumWithTiesToSecond(maximumWithTiesToSecond(t, -tailEnd), tailEnd);
        return [mul(g, mul(gaussian(near), -2 / Math.sqrt(Math.PI)))];
      },
    ),
  );
}
