import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { f64x2, i32x4, shuffle, v128 } from "../wasm/index.ts";

/**
 * Quotient of 32-bit integers, rounded towards zero; 0 where the divisor is 0. The quotient of two doubles that hold
 * 32-bit integers is off by less than its distance to the next integer, so that truncating it is exact.
 */
export function divideIntegers(signed: boolean) {
  return (writer: VectorWriter, a: VectorLocal, b: VectorLocal): Vector => {
    const convert = signed ? f64x2.convert_low_i32x4_s : f64x2.convert_low_i32x4_u;
    const truncate = signed ? i32x4.trunc_sat_f64x2_s_zero : i32x4.trunc_sat_f64x2_u_zero;
    const high = (value: Vector): Vector => shuffle(value, value, [2, 3, 2, 3]);
    const lowQuotients = truncate(f64x2.div(convert(a), convert(b)));
    const highQuotients = truncate(f64x2.div(convert(high(a)), convert(high(b))));
    const quotients = shuffle(lowQuotients, highQuotients, [0, 1, 4, 5]);
    const defined = v128.and(quotients, i32x4.ne(b, writer.int(0)));
    // -2^31 / -1 wraps instead of saturating.
    return signed ? writer.choose(i32x4.eq(b, writer.int(-1)), i32x4.neg(a), defined) : defined;
  };
}

/** Remainder of 32-bit integers with the sign of the divisor; 0 where the divisor is 0. */
export function remainderOfIntegers(signed: boolean) {
  return (writer: VectorWriter, a: VectorLocal, b: VectorLocal): Vector => {
    const zero = writer.int(0);
    const quotient = divideIntegers(signed)(writer, a, b);
    const rest = writer.let(v128.and(i32x4.sub(a, i32x4.mul(quotient, b)), i32x4.ne(b, zero)));
    if (!signed) return rest;
    const signsDiffer = i32x4.lt_s(v128.xor(rest, b), zero);
    return i32x4.add(rest, v128.and(b, v128.and(signsDiffer, i32x4.ne(rest, zero))));
  };
}
