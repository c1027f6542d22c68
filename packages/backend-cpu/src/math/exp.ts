import { f32x4, i32x4 } from "../wasm/index.ts";
import { polynomial } from "./polynomial.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/**
 * e^x, within 1.03 ulp.
 *
 * x = n·ln 2 + r with an integer n and |r| <= ln 2 / 2, so e^x = 2^n · e^r. The scaling is done in two steps: 2^n itself is
 * not a float32 where the result is subnormal or about to overflow.
 */
export function exp(writer: VectorWriter, x: VectorLocal): Vector {
  // With NaN as their first operand, pmin and pmax give NaN.
  const clamped = writer.let(f32x4.pmin(f32x4.pmax(x, writer.float(-104)), writer.float(89)));
  const { biased, mantissa } = reduced(writer, clamped, 254);
  // n is cut into halves, with the bias of an exponent each.
  const half = writer.let(i32x4.shr_u(biased, 1));
  const other = i32x4.sub(biased, half);
  return f32x4.mul(f32x4.mul(mantissa, i32x4.shl(half, 23)), i32x4.shl(other, 23));
}

/** e^x, within 1.03 ulp, for x in [-87, 88] or NaN. */
export function expInRange(writer: VectorWriter, x: VectorLocal): Vector {
  const { biased, mantissa } = reduced(writer, x, 127);
  return f32x4.mul(mantissa, i32x4.shl(biased, 23));
}

/** Added to a float32 of moderate size, 1.5 · 2^23 rounds it to an integer, which the low bits of the sum then hold. */
const shift = 12582912;
/** ln 2 in two parts, the first so short that its product with n is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.428606765330187e-6;
/** Minimax for (e^r - 1 - r) / r² on |r| <= 1.005 · ln 2 / 2; relative error of e^r 3.2e-9. */
const coefficients = [
  0.4999999325353688, 0.16666517762060853, 0.041668421844327445, 0.008369063490202614, 0.0013813879548980478,
];

/** e^r as `mantissa`, and n + bias in the low bits of `biased`. */
function reduced(writer: VectorWriter, x: VectorLocal, bias: number): { biased: VectorLocal; mantissa: VectorLocal } {
  const biased = writer.let(f32x4.add(f32x4.mul(x, writer.float(Math.LOG2E)), writer.float(shift + bias)));
  const n = writer.let(f32x4.sub(biased, writer.float(shift + bias)));
  const coarse = f32x4.sub(x, f32x4.mul(n, writer.float(ln2High)));
  const r = writer.let(f32x4.sub(coarse, f32x4.mul(n, writer.float(ln2Low))));
  const tail = f32x4.mul(polynomial(writer, coefficients, r), f32x4.mul(r, r));
  const mantissa = writer.let(f32x4.add(f32x4.add(tail, r), writer.float(1)));
  return { biased, mantissa };
}
