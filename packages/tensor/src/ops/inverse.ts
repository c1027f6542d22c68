import { Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { equal, greater, less } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { polynomial } from "./polynomial.ts";
import { where } from "./select.ts";
import { abs, atan, exp, log, log1p, neg, sqrt, square } from "./unary.ts";

/** 1 - x², without cancellation near ±1. */
const oneMinusSquare = (x: Tensor): Tensor => mul(sub(1, x), add(1, x));

/** Inverse sine in radians, in [-π/2, π/2]; NaN outside of [-1, 1]. Its derivative 1 / √(1 - x²) is inf at ±1. */
export function asin(x: Operand): Tensor {
  return inFloat32([x], (t) => {
    // The angle is twice that of the point (1 + √(1 - x²), x), which has no pole at ±1.
    return withGradient(
      [t],
      () => mul(2, atan(div(t, add(1, sqrt(oneMinusSquare(t)))))),
      (g) => [div(g, sqrt(oneMinusSquare(t)))],
    );
  });
}

/** Inverse cosine in radians, in [0, π]; NaN outside of [-1, 1]. Its derivative -1 / √(1 - x²) is -inf at ±1. */
export function acos(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => mul(2, atan(sqrt(div(sub(1, t), add(1, t))))),
      (g) => [neg(div(g, sqrt(oneMinusSquare(t))))],
    ),
  );
}

/** The value of an odd function, given for |x|, with the sign of x; 0 and -0 are their own. */
const withSignOf = (x: Tensor, value: Tensor): Tensor => where(less(x, 0), neg(value), where(equal(x, 0), x, value));

/** Where x² or x·(x + 2) would lose what is added to it, or overflow. */
const large = 1e9;

/** Inverse hyperbolic sine log(x + √(x² + 1)), accurate near 0. Its derivative is 1 / √(x² + 1). */
export function asinh(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const size = abs(t);
        const isLarge = greater(size, large);
        const safe = where(isLarge, 1, size);
        const squared = square(safe);
        const near = log1p(add(safe, div(squared, add(1, sqrt(add(squared, 1))))));
        const result = where(isLarge, add(log(size), Math.LN2), near);
        return withSignOf(t, result);
      },
      (g) => [div(g, sqrt(add(square(t), 1)))],
    ),
  );
}

/** Inverse hyperbolic cosine log(x + √(x² - 1)); NaN below 1. Its derivative 1 / √(x² - 1) is inf at 1. */
export function acosh(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const isLarge = greater(t, large);
        const above = sub(where(isLarge, 1, t), 1);
        const near = log1p(add(above, sqrt(mul(above, add(above, 2)))));
        return where(isLarge, add(log(t), Math.LN2), where(less(t, 1), NaN, near));
      },
      (g) => [div(g, mul(sqrt(sub(t, 1)), sqrt(add(t, 1))))],
    ),
  );
}

/** Inverse hyperbolic tangent ½·log((1 + x) / (1 - x)); ±inf at ±1, NaN beyond. Its derivative is 1 / (1 - x²). */
export function atanh(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const size = abs(t);
        const result = mul(0.5, log1p(div(mul(2, size), sub(1, size))));
        return withSignOf(t, result);
      },
      (g) => [div(g, oneMinusSquare(t))],
    ),
  );
}

/** Coefficients of the two polynomials of erfinv(x)/x, highest power first; the second is for the tails. */
const centre = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  2.46640727e-1, 1.50140941,
]; // prettier-ignore
const tails = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3,
  1.00167406, 2.83297682,
]; // prettier-ignore

/**
 * The number y with erf(y) = x; ±inf at ±1, NaN beyond. By M. Giles, "Approximating the erfinv function", GPU Computing
 * Gems Jade Edition (2011): polynomials in log(1 - x²), good to a few units in the last place of float32. Its derivative is
 * √π/2 · exp(y²).
 */
export function erfinv(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const w = neg(log(oneMinusSquare(t)));
        const isCentre = less(w, 5);
        const near = polynomial(centre, sub(where(isCentre, w, 0), 2.5));
        const far = polynomial(tails, sub(sqrt(where(isCentre, 5, w)), 3));
        return where(equal(abs(t), 1), mul(t, Infinity), mul(t, where(isCentre, near, far)));
      },
      (g, y) => [mul(g, mul(exp(square(y)), Math.sqrt(Math.PI) / 2))],
    ),
  );
}
