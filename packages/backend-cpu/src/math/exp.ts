import { f32x4, i32x4 } from "../wasm/index.ts";
import { polynomial } from "./polynomial.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/**
 * e^x, within 1.01 ulp.
 *
 * x = n·ln 2 + r with an integer n and |r| <= ln 2 / 2, so e^x = 2^n · e^r. The scaling is done in two steps: 2^n itself is
 * not a float32 where the result is subnormal or about to overflow.
 */
export function exp(writer: VectorWriter, x: VectorLocal): Vector {
  // With NaN as their first operand, pmin and pmax give NaN.
  const clamped = writer.let(f32x4.pmin(f32x4.pmax(x, writer.float(-104)), writer.float(89)));
  const { shifted, mantissa } = reduced(writer, clamped);
  const exponent = writer.let(i32x4.sub(shifted, writer.float(shift)));
  const half = writer.let(i32x4.shr_s(exponent, 1));
  return f32x4.mul(f32x4.mul(mantissa, powerOfTwo(writer, half)), powerOfTwo(writer, i32x4.sub(exponent, half)));
}

/** e^x, within 1.01 ulp, for x in [-87, 88] or NaN. */
export function expInRange(writer: VectorWriter, x: VectorLocal): Vector {
  const { shifted, mantissa } = reduced(writer, x);
  return f32x4.mul(mantissa, powerOfTwo(writer, shifted));
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

/** e^r as `mantissa`, and n in the low bits of `shifted`. */
function reduced(writer: VectorWriter, x: VectorLocal): { shifted: VectorLocal; mantissa: VectorLocal } {
  const shifted = writer.let(f32x4.add(f32x4.mul(x, writer.float(Math.LOG2E)), writer.float(shift)));
  const n = writer.let(f32x4.sub(shifted, writer.float(shift)));
  const coarse = f32x4.sub(x, f32x4.mul(n, writer.float(ln2High)));
  const r = writer.let(f32x4.sub(coarse, f32x4.mul(n, writer.float(ln2Low))));
  const tail = f32x4.mul(polynomial(writer, coefficients, r), f32x4.mul(r, r));
  const mantissa = writer.let(f32x4.add(f32x4.add(tail, r), writer.float(1)));
  return { shifted, mantissa };
}

/** 2^n as float32 from the low nine bits of n, for n in [-126, 127]. */
function powerOfTwo(writer: VectorWriter, n: Vector): Vector {
  return i32x4.shl(i32x4.add(n, writer.int(127)), 23);
}
