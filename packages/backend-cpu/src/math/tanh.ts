import { f32x4 } from "../wasm/index.ts";
import { expInRange } from "./exp.ts";
import { polynomial } from "./polynomial.ts";
import { magnitude, withSignOf } from "./sign.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** Hyperbolic tangent, within 1.07 ulp: a polynomial near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x. */
export function tanh(writer: VectorWriter, x: VectorLocal): Vector {
  const a = magnitude(writer, x);
  const square = writer.let(f32x4.mul(a, a));
  const near = f32x4.add(f32x4.mul(f32x4.mul(polynomial(writer, coefficients, square), square), a), a);
  // Beyond 9, tanh is 1 in float32. With NaN as its first operand, pmin gives NaN.
  const twice = writer.let(f32x4.pmin(f32x4.add(a, a), writer.float(18.5)));
  const one = writer.float(1);
  const far = f32x4.sub(one, f32x4.div(writer.float(2), f32x4.add(expInRange(writer, twice), one)));
  return withSignOf(writer, x, writer.choose(f32x4.lt(a, writer.float(nearZero)), near, far));
}

const nearZero = 0.7;
/** Minimax for (tanh(√z) / √z - 1) / z on [0, 0.7²]; relative error of tanh 1.5e-8. */
const coefficients = [
  -0.3333318991289291, 0.13329110801739374, -0.05355885968893837, 0.02009195842828154, -0.00513864827922521,
];
