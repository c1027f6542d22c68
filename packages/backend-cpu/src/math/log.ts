import { f32x4, i32x4, v128 } from "../wasm/index.ts";
import { polynomial } from "./polynomial.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/**
 * Natural logarithm, within 0.92 ulp; -∞ of 0, NaN of negative numbers.
 *
 * x = 2^e · m with m in [√½, √2), so log x = e · ln 2 + log m.
 */
export function log(writer: VectorWriter, x: VectorLocal): Vector {
  const { exponent, mantissa } = split(writer, x);
  const e = writer.let(f32x4.convert_i32x4_s(exponent));
  const f = writer.let(f32x4.sub(mantissa, writer.float(1)));
  const square = writer.let(f32x4.mul(f, f));
  const cubic = f32x4.mul(polynomial(writer, coefficients, f), f32x4.mul(square, f));
  const small = f32x4.add(cubic, f32x4.mul(e, writer.float(ln2Low)));
  const tail = f32x4.sub(small, f32x4.mul(square, writer.float(0.5)));
  const value = f32x4.add(f32x4.add(f, tail), f32x4.mul(e, writer.float(ln2High)));
  return special(writer, x, value);
}

/** |x| = 2^exponent · mantissa with the mantissa in [√½, √2), also if x is subnormal; meaningless for 0, ∞ and NaN. */
export function split(writer: VectorWriter, x: VectorLocal): { exponent: VectorLocal; mantissa: VectorLocal } {
  const isSmall = writer.let(f32x4.lt(x, writer.float(smallestNormal)));
  const scaled = writer.choose(isSmall, f32x4.mul(x, writer.float(2 ** 24)), x);
  const bits = writer.let(i32x4.sub(scaled, writer.int(bitsOfSqrtHalf)));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), v128.and(isSmall, writer.int(24)));
  const mantissa = i32x4.add(v128.and(bits, writer.int(0x7fffff)), writer.int(bitsOfSqrtHalf));
  return { exponent: writer.let(exponent), mantissa: writer.let(mantissa) };
}

/** Replaces the value where x is not a positive finite number. */
function special(writer: VectorWriter, x: VectorLocal, value: Vector): Vector {
  const zero = writer.float(0);
  // ∞ and NaN stay what they are.
  const finite = writer.choose(f32x4.lt(x, writer.float(Infinity)), value, x);
  const positive = writer.choose(f32x4.eq(x, zero), writer.float(-Infinity), finite);
  return v128.or(positive, f32x4.lt(x, zero));
}

const smallestNormal = 2 ** -126;
const bitsOfSqrtHalf = 0x3f3504f3;
/** ln 2 in two parts, the first so short that its product with e is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.428606765330187e-6;
/** Minimax for (log(1 + f) - f + f²/2) / f³ on [√½ - 1, √2 - 1]; relative error of log(1 + f) 5.8e-9. */
const coefficients = [
  0.333333317, -0.25000821, 0.200012274, -0.166233585, 0.142017465, -0.131601632, 0.127616468, -0.0763462408,
];
