import { f32x4, f64x2, i32, i32x4, i64x2, shuffle, v128, type FunctionBuilder } from "../wasm/index.ts";
import { split } from "./log.ts";
import { doublePolynomial } from "./polynomial.ts";
import { magnitude } from "./sign.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/**
 * x^y, within 1 ulp, with the special cases of C's `pow`: 1 for y = 0 and for x = 1 whatever the other is; NaN for a
 * negative x and a finite y that is not an integer. x² is x · x exactly; a loop of squares does nothing else.
 */
export function power(writer: VectorWriter, x: VectorLocal, y: VectorLocal): Vector {
  const { f } = writer;
  const isSquare = writer.let(f32x4.eq(y, writer.float(2)));
  const result = writer.let(f32x4.mul(x, x));
  f.if(i32.eqz(i32x4.all_true(isSquare)), () => {
    f.set(result, writer.choose(isSquare, result, generalPower(writer, x, y)));
  });
  return result;
}

/** |x|^y = 2^(y · log2 |x|) in float64, so that errors of the logarithm do not matter; then sign and special cases. */
function generalPower(writer: VectorWriter, x: VectorLocal, y: VectorLocal): Vector {
  const a = magnitude(writer, x);
  const { exponent, mantissa } = split(writer, a);
  const high = (vector: Vector): VectorLocal => writer.let(shuffle(vector, vector, [2, 3, 2, 3]));
  const low = powerOfTwo(writer, exponent, mantissa, y);
  const upper = powerOfTwo(writer, high(exponent), high(mantissa), high(y));
  const value = shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(upper), [0, 1, 4, 5]);
  return special(writer, x, y, a, value);
}

/** 2^(y · log2(2^exponent · mantissa)) of the two lower lanes, in float64. */
function powerOfTwo(writer: VectorWriter, exponent: Vector, mantissa: Vector, y: Vector): Vector {
  const m = writer.let(f64x2.promote_low_f32x4(mantissa));
  const one = writer.double(1);
  const s = writer.let(f64x2.div(f64x2.sub(m, one), f64x2.add(m, one)));
  const square = writer.let(f64x2.mul(s, s));
  const fraction = f64x2.mul(doublePolynomial(writer, logCoefficients, square), s);
  const logarithm = f64x2.add(f64x2.convert_low_i32x4_s(exponent), fraction);
  const t = f64x2.mul(logarithm, f64x2.promote_low_f32x4(y));
  const clamped = writer.let(f64x2.pmin(f64x2.pmax(t, writer.double(-160)), writer.double(136)));
  const shifted = writer.let(f64x2.add(clamped, writer.double(shift)));
  const rest = writer.let(f64x2.sub(clamped, f64x2.sub(shifted, writer.double(shift))));
  // The low bits of `shifted` hold the integer; it goes to the exponent.
  return i64x2.add(doublePolynomial(writer, exp2Coefficients, rest), i64x2.shl(shifted, 52));
}

function special(writer: VectorWriter, x: VectorLocal, y: VectorLocal, a: VectorLocal, value: Vector): Vector {
  const [zero, one, infinity] = [writer.float(0), writer.float(1), writer.float(Infinity)];
  const choose = (condition: Vector, whenTrue: Vector, otherwise: Vector): VectorLocal =>
    writer.let(writer.choose(condition, whenTrue, otherwise));
  const isPositivePower = writer.let(f32x4.gt(y, zero));
  const grows = writer.let(v128.xor(isPositivePower, f32x4.eq(a, zero)));
  const isExtreme = v128.or(f32x4.eq(a, zero), f32x4.eq(a, infinity));
  let result = choose(isExtreme, v128.and(infinity, grows), value);
  result = choose(f32x4.eq(a, one), one, result);
  const isInteger = writer.let(f32x4.eq(f32x4.floor(y), y));
  const half = writer.let(f32x4.mul(y, writer.float(0.5)));
  const isOdd = v128.andnot(isInteger, f32x4.eq(f32x4.floor(half), half));
  result = writer.let(v128.xor(result, v128.and(v128.and(x, isOdd), writer.float(-0))));
  const isNegative = v128.and(f32x4.lt(x, zero), f32x4.lt(a, infinity));
  const isUndefined = v128.andnot(isNegative, isInteger);
  const isNaN = v128.or(f32x4.ne(x, x), f32x4.ne(y, y));
  result = writer.let(v128.or(result, v128.or(isUndefined, isNaN)));
  return choose(v128.or(f32x4.eq(y, zero), f32x4.eq(x, one)), one, result);
}

/** Added to a float64 of moderate size, 1.5 · 2^52 rounds it to an integer, which the low bits of the sum then hold. */
const shift = 6755399441055744;
/** Minimax for log2((1 + √z) / (1 - √z)) / √z on z <= ((√2 - 1) / (√2 + 1))²; relative error 2.7e-14. */
const logCoefficients = [
  2.88539008177785, 0.9617966941134958, 0.5770779423166432, 0.41220925760398086, 0.3199054687331116, 0.2829036073983321,
];
/** Minimax for 2^g on [-0.5, 0.5]; relative error 4e-11. */
const exp2Coefficients = [
  0.9999999999616849, 0.6931471807284787, 0.24022651198151285, 0.05550410353381537, 0.009618027253840053,
  0.0013333922604534722, 0.00015469291176432393, 1.5201913949251572e-5,
];

/** Power of 32-bit integers by repeated squaring; products wrap. A negative exponent gives the reciprocal, rounded towards 0. */
export function powerOfIntegers(signed: boolean) {
  return (writer: VectorWriter, base: VectorLocal, exponent: VectorLocal): Vector => {
    const { f } = writer;
    const [zero, one] = [writer.int(0), writer.int(1)];
    const result = writer.let(one);
    const factor = writer.let(base);
    const remaining = writer.let(exponent);
    const isBit = (): Vector => i32x4.shr_s(i32x4.shl(remaining, 31), 31);
    multiplyWhileAny(f, remaining, () => {
      f.set(result, writer.choose(isBit(), i32x4.mul(result, factor), result));
      f.set(factor, i32x4.mul(factor, factor));
      f.set(remaining, i32x4.shr_u(remaining, 1));
    });
    if (!signed) return result;
    // Only 1 and -1 have an integer reciprocal, and their powers do not depend on the sign of the exponent.
    const isUnit = i32x4.eq(i32x4.abs(base), one);
    return v128.and(result, v128.or(isUnit, i32x4.ge_s(exponent, zero)));
  };
}

function multiplyWhileAny(f: FunctionBuilder, remaining: VectorLocal, body: () => void): void {
  f.while(v128.any_true(remaining), body);
}
