import { f32x4 } from "../wasm/index.ts";
import { expInRange } from "./exp.ts";
import { polynomial } from "./polynomial.ts";
import { magnitude, withSignOf } from "./sign.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** Error function, within 1.52 ulp: a polynomial near 0, else 1 - e^q(|x|), with q the logarithm of erfc, and the sign of x. */
export function erf(writer: VectorWriter, x: VectorLocal): Vector {
  const a = magnitude(writer, x);
  const square = writer.let(f32x4.mul(a, a));
  const near = f32x4.add(f32x4.mul(polynomial(writer, nearCoefficients, square), a), a);
  // Beyond 4, erf is 1 in float32. With NaN as its first operand, pmin gives NaN.
  const limited = writer.let(f32x4.pmin(a, writer.float(4)));
  const exponent = writer.let(polynomial(writer, farCoefficients, limited));
  const far = f32x4.sub(writer.float(1), expInRange(writer, exponent));
  return withSignOf(writer, x, writer.choose(f32x4.lt(a, writer.float(nearZero)), near, far));
}

const nearZero = 0.85;
/** Minimax for erf(√z) / √z - 1 on [0, 0.85²]; relative error of erf 6.1e-9. */
const nearCoefficients = [
  0.12837916023022775, -0.3761257183663506, 0.11282717400470486, -0.026802547748594654, 0.005051094789377165,
  -0.0006315129141941221,
];
/** Minimax for log(erfc(x)) on [0.85, 4], weighted so that the relative error of erf is 2.1e-9. */
const farCoefficients = [
  -0.00010452293574387778, -1.1280610123194625, -0.6365189216989747, -0.10452594468436108, 0.022519061476696106,
  -0.003117855909339859, 0.00020367691565558707,
];
