import { f32, f32x4, f64, f64x2, i32, i32x4, i64, select, shuffle, v128, type Expression } from "../wasm/index.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** An angle as `quarter · π/2 + remainder`, with |remainder| <= π/4; of the quarter only the low two bits count. */
export interface ReducedAngle {
  readonly quarter: VectorLocal;
  readonly remainder: VectorLocal;
}

/** Reduces angles x >= 0 so exactly that the remainder is right to float32; NaN of ∞ and NaN. */
export function reduceAngle(writer: VectorWriter, x: VectorLocal): ReducedAngle {
  const { f } = writer;
  const low = reduceTwo(writer, f64x2.promote_low_f32x4(x));
  const high = reduceTwo(writer, f64x2.promote_low_f32x4(shuffle(x, x, [2, 3, 2, 3])));
  // The low half of each double holds the integer.
  const quarter = writer.let(shuffle(low.shifted, high.shifted, [0, 2, 4, 6]));
  const remainder = writer.let(
    shuffle(f32x4.demote_f64x2_zero(low.remainder), f32x4.demote_f64x2_zero(high.remainder), [0, 1, 4, 5]),
  );
  const isFinite = f32x4.lt(x, writer.float(Infinity));
  const isLarge = writer.let(v128.and(f32x4.gt(x, writer.float(largest)), isFinite));
  f.if(v128.any_true(isLarge), () => {
    const precise = reduceLarge(writer, x);
    f.set(quarter, writer.choose(isLarge, precise.quarter, quarter));
    f.set(remainder, writer.choose(isLarge, precise.remainder, remainder));
  });
  return { quarter, remainder };
}

/** Largest angle of the common case: quarters up to 2^20 times the first part of π/2 are exact in float64. */
const largest = 1.6e6;
/** π/2 in two parts: its first 33 bits, and the rest. */
const halfPiHigh = 1.5707963109016418;
const halfPiLow = 1.5893254773528196e-8;
/** Added to a float64 of moderate size, 1.5 · 2^52 rounds it to an integer, which the low bits of the sum then hold. */
const shift = 6755399441055744;

function reduceTwo(writer: VectorWriter, angles: Vector): { shifted: VectorLocal; remainder: VectorLocal } {
  const x = writer.let(angles);
  const shifted = writer.let(f64x2.add(f64x2.mul(x, writer.double(2 / Math.PI)), writer.double(shift)));
  const n = writer.let(f64x2.sub(shifted, writer.double(shift)));
  const coarse = f64x2.sub(x, f64x2.mul(n, writer.double(halfPiHigh)));
  return { shifted, remainder: writer.let(f64x2.sub(coarse, f64x2.mul(n, writer.double(halfPiLow)))) };
}

/** One lane after the other, by rotating the vectors four times. */
function reduceLarge(writer: VectorWriter, angles: VectorLocal): ReducedAngle {
  const { f } = writer;
  const x = writer.let(angles);
  const quarter = f.local("v128");
  const remainder = f.local("v128");
  const rotated = (vector: VectorLocal): Vector => shuffle(vector, vector, [1, 2, 3, 0]);
  f.forRange({ to: 4 }, () => {
    const product = f.let(timesTwoOverPi(writer, f.let(i32.reinterpret_f32(f32x4.extract_lane(x, 0)))));
    // The product counts quarters in units of 2^-62, modulo 4.
    const nearest = f.let(i64.shr_u(i64.add(product, 1n << 61n), 62n));
    const fraction = f64.convert_i64_s(i64.sub(product, i64.shl(nearest, 62n)));
    const angle = f32.demote_f64(f64.mul(fraction, (Math.PI / 2) * 2 ** -62));
    f.set(remainder, rotated(f.let(f32x4.replace_lane(remainder, 0, angle))));
    f.set(quarter, rotated(f.let(i32x4.replace_lane(quarter, 0, i32.wrap_i64(nearest)))));
    f.set(x, rotated(x));
  });
  return { quarter, remainder };
}

/**
 * x · 2/π modulo 4 in units of 2^-62, for a large float32 given by its bits. x is an integer m < 2^24 times 2^e. Digits of 2/π that
 * make multiples of 4 do not count; the next 96 are multiplied with m.
 * Source: Payne and Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983).
 */
function timesTwoOverPi({ f }: VectorWriter, bits: Expression<"i32">): Expression<"i64"> {
  const exponent = f.let(i32.sub(i32.shr_u(bits, 23), 150));
  const m = f.let(i64.extend_i32_u(i32.or(i32.and(bits, 0x7fffff), 0x800000)));
  // The window begins with the digit of 2/π that 2^e moves to the weight 2.
  const start = f.let(i32.add(exponent, leadingZeros - 2));
  const word = f.let(i32.shr_u(start, 6));
  const within = f.let(i64.extend_i32_u(i32.and(start, 63)));
  const digits = [0, 1, 2].map((i) => f.let(select(word, i64.const(twoOverPi[i + 1]), i64.const(twoOverPi[i]))));
  const window = (i: 0 | 1): Expression<"i64"> => {
    // Shifting by 64 would not shift at all.
    const next = i64.shr_u(i64.shr_u(digits[i + 1], 1n), i64.sub(63n, within));
    return i64.or(i64.shl(digits[i], within), next);
  };
  const further = i64.shr_u(i64.mul(m, i64.shr_u(window(1), 32n)), 32n);
  return i64.add(i64.mul(m, window(0)), further);
}

const leadingZeros = 8;
/** The binary digits of 2/π behind the point, in words of 64, after eight zeros. */
const twoOverPi = [0x00a2f9836e4e4415n, 0x29fc2757d1f534ddn, 0xc0db6295993c4390n, 0x41fe5163abdebbc5n];
