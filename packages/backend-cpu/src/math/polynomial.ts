import { f32x4, f64x2 } from "../wasm/index.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/**
 * `Σ coefficients[k] · x^k` in float32. Even and odd powers are summed apart, so that fewer operations wait for one another.
 * Coefficients are rounded to float32.
 */
export function polynomial(writer: VectorWriter, coefficients: readonly number[], x: VectorLocal): Vector {
  if (coefficients.length <= 3) return horner(writer, coefficients, x);
  const square = writer.let(f32x4.mul(x, x));
  const part = (parity: 0 | 1): Vector => {
    const own = coefficients.filter((_, power) => power % 2 === parity);
    return polynomial(writer, own, square);
  };
  return f32x4.add(f32x4.mul(part(1), x), part(0));
}

/** The same by Horner's rule: slower, and a little more exact where terms of both signs nearly cancel. */
export function horner(writer: VectorWriter, coefficients: readonly number[], x: VectorLocal): Vector {
  const [last, ...others] = coefficients.map((coefficient) => writer.float(coefficient)).reverse();
  return others.reduce<Vector>((sum, term) => f32x4.add(f32x4.mul(sum, x), term), last);
}

/** `Σ coefficients[k] · x^k` in float64. */
export function doublePolynomial(writer: VectorWriter, coefficients: readonly number[], x: VectorLocal): Vector {
  const [last, ...others] = coefficients.map((coefficient) => writer.double(coefficient)).reverse();
  return others.reduce<Vector>((sum, term) => f64x2.add(f64x2.mul(sum, x), term), last);
}
