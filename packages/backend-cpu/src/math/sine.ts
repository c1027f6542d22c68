import { f32x4, i32x4, v128 } from "../wasm/index.ts";
import { reduceAngle } from "./angle-reduction.ts";
import { polynomial } from "./polynomial.ts";
import { magnitude } from "./sign.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** Sine of an angle in radians, within 1.58 ulp for all finite angles. */
export function sin(writer: VectorWriter, x: VectorLocal): Vector {
  // The sine of |x| gets the sign of x, which keeps the sign of zero.
  const value = quarterWave(writer, magnitude(writer, x), 0);
  return v128.xor(value, v128.and(x, writer.float(-0)));
}

/** Cosine of an angle in radians, within 1.58 ulp for all finite angles. */
export function cos(writer: VectorWriter, x: VectorLocal): Vector {
  return quarterWave(writer, magnitude(writer, x), 1);
}

/** sin(x + quarters · π/2) for x >= 0: with x = n · π/2 + r it is ±sin r or ±cos r, as n + quarters says. */
function quarterWave(writer: VectorWriter, x: VectorLocal, quarters: 0 | 1): Vector {
  const { remainder: r, quarter } = reduceAngle(writer, x);
  const square = writer.let(f32x4.mul(r, r));
  const sine = f32x4.add(f32x4.mul(f32x4.mul(polynomial(writer, sineCoefficients, square), square), r), r);
  const quartic = f32x4.mul(f32x4.mul(polynomial(writer, cosineCoefficients, square), square), square);
  const parabola = f32x4.sub(writer.float(1), f32x4.mul(writer.float(0.5), square));
  const cosine = f32x4.add(quartic, parabola);
  const n = quarters === 0 ? quarter : writer.let(i32x4.add(quarter, writer.int(quarters)));
  const isOdd = i32x4.shr_s(i32x4.shl(n, 31), 31);
  const sign = i32x4.shl(v128.and(n, writer.int(2)), 30);
  return v128.xor(writer.choose(isOdd, cosine, sine), sign);
}

/** Minimax for (sin(√z) / √z - 1) / z on [0, (π/4)²]; relative error of sin 3.8e-9. */
const sineCoefficients = [-0.16666654602504005, 0.008332160295491779, -0.00019515218042465498];
/** Minimax for (cos(√z) - 1 + z/2) / z² on [0, (π/4)²]; relative error of cos 1.2e-10. */
const cosineCoefficients = [0.04166664567016173, -0.0013887315616650025, 2.443308269451157e-5];
