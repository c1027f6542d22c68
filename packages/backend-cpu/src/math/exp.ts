import { f32x4, i32x4 } from "../wasm/index.ts";
import { polynomial } from "./polynomial.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/*
 * e^x = 2^n · e^r with an integer n and r = x - n·ln 2, |r| <= ln 2 / 2. What differs is how 2^n is made: it is not always
 * a float32, and where it may not be one, the scaling takes two steps.
 *
 * With NaN as their first operand, pmin and pmax give NaN.
 */

/** e^x, within 1.03 ulp. */
export function exp(writer: VectorWriter, x: VectorLocal): Vector {
  const { biased, r } = reduced(writer, f32x4.pmin(f32x4.pmax(x, writer.float(lowest)), writer.float(89)), 254);
  // n is cut into halves, with the bias of an exponent each.
  const half = writer.let(i32x4.shr_u(biased, 1));
  const other = i32x4.sub(biased, half);
  return f32x4.mul(scaled(writer, powerOfTwo(writer, half), r), i32x4.shl(other, 23));
}

/** e^x, within 1.03 ulp, for x that is NaN or not above 70. */
export function expBelow(writer: VectorWriter, x: VectorLocal): Vector {
  const { biased, r } = reduced(writer, f32x4.pmax(x, writer.float(lowest)), 127 + 24);
  return f32x4.mul(scaled(writer, powerOfTwo(writer, biased), r), writer.float(2 ** -24));
}

/** e^x, within 1.03 ulp, for x in [-87, 88] or NaN. */
export function expInRange(writer: VectorWriter, x: VectorLocal): Vector {
  const { biased, r } = reduced(writer, x, 127);
  return scaled(writer, powerOfTwo(writer, biased), r);
}

/** e^x is 0 in float32 from here on down. */
const lowest = -104;
/** Added to a float32 of moderate size, 1.5 · 2^23 rounds it to an integer, which the low bits of the sum then hold. */
const shift = 12582912;
/** ln 2 in two parts, the first so short that its product with n is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.428606765330187e-6;
/** Minimax for (e^r - 1 - r) / r² on |r| <= 1.005 · ln 2 / 2; relative error of e^r 3.2e-9. */
const coefficients = [
  0.4999999325353688, 0.16666517762060853, 0.041668421844327445, 0.008369063490202614, 0.0013813879548980478,
];

/** r, and n + bias in the low bits of `biased`. */
function reduced(writer: VectorWriter, value: Vector, bias: number): { biased: VectorLocal; r: VectorLocal } {
  const x = writer.let(value);
  const biased = writer.let(f32x4.add(f32x4.mul(x, writer.float(Math.LOG2E)), writer.float(shift + bias)));
  const n = writer.let(f32x4.sub(biased, writer.float(shift + bias)));
  const coarse = f32x4.sub(x, f32x4.mul(n, writer.float(ln2High)));
  return { biased, r: writer.let(f32x4.sub(coarse, f32x4.mul(n, writer.float(ln2Low)))) };
}

/** 2^n, of n + 127 in the low bits. */
function powerOfTwo(writer: VectorWriter, biased: VectorLocal): VectorLocal {
  return writer.let(i32x4.shl(biased, 23));
}

/** scale · e^r. */
function scaled(writer: VectorWriter, scale: VectorLocal, r: VectorLocal): Vector {
  const tail = f32x4.mul(polynomial(writer, coefficients, r), f32x4.mul(r, r));
  return f32x4.add(f32x4.mul(f32x4.add(tail, r), scale), scale);
}
