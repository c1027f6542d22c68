import { f32x4, f64x2, i64x2, shuffle, v128 } from "../wasm/index.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** a - b · ⌊a / b⌋, rounded once: it has the sign of the divisor. NaN for b = 0 and for infinite a. */
export function remainder(writer: VectorWriter, a: VectorLocal, b: VectorLocal): Vector {
  const high = (vector: Vector): Vector => shuffle(vector, vector, [2, 3, 2, 3]);
  const low = f32x4.demote_f64x2_zero(remainderOfTwo(writer, a, b));
  const upper = f32x4.demote_f64x2_zero(remainderOfTwo(writer, high(a), high(b)));
  return shuffle(low, upper, [0, 1, 4, 5]);
}

/** The same of the two lower lanes, in float64. */
function remainderOfTwo(writer: VectorWriter, a: Vector, b: Vector): Vector {
  const { f } = writer;
  const dividend = writer.let(f64x2.promote_low_f32x4(a));
  const divisor = writer.let(f64x2.promote_low_f32x4(b));
  const size = writer.let(f64x2.abs(divisor));
  const rest = writer.let(f64x2.abs(dividend));
  // A quotient of 29 bits times a divisor of 24 bits is exact in float64, and so is the difference.
  const first29Bits = writer.let(i64x2.shl(writer.int(-1), 24));
  f.while(v128.any_true(f64x2.ge(rest, size)), () => {
    const quotient = v128.and(f64x2.floor(f64x2.div(rest, size)), first29Bits);
    // Where there is nothing to subtract, the size may be infinite.
    const multiple = v128.and(f64x2.mul(quotient, size), f64x2.ge(rest, size));
    f.set(rest, f64x2.sub(rest, multiple));
  });
  // The quotient may have been rounded up.
  const zero = writer.double(0);
  f.set(rest, f64x2.add(rest, v128.and(size, f64x2.lt(rest, zero))));
  const signBit = writer.double(-0);
  f.set(rest, v128.or(rest, v128.and(dividend, signBit)));
  const signsDiffer = v128.xor(f64x2.lt(rest, zero), f64x2.lt(divisor, zero));
  const corrected = f64x2.add(rest, v128.and(divisor, v128.and(signsDiffer, f64x2.ne(rest, zero))));
  return v128.or(corrected, f64x2.ne(divisor, divisor));
}
