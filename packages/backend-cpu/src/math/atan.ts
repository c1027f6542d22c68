import { f32x4 } from "../wasm/index.ts";
import { horner } from "./polynomial.ts";
import { magnitude, withSignOf } from "./sign.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** Arc tangent, within 1.7 ulp: a polynomial for |x| <= 1, else π/2 - atan(1 / |x|), with the sign of x. */
export function atan(writer: VectorWriter, x: VectorLocal): Vector {
  const a = magnitude(writer, x);
  const one = writer.float(1);
  const isLarge = writer.let(f32x4.gt(a, one));
  const t = writer.let(writer.choose(isLarge, f32x4.div(one, a), a));
  const square = writer.let(f32x4.mul(t, t));
  const angle = writer.let(f32x4.add(f32x4.mul(f32x4.mul(horner(writer, coefficients, square), square), t), t));
  const complement = f32x4.add(f32x4.sub(writer.float(halfPi), angle), writer.float(halfPi - Math.fround(halfPi)));
  return withSignOf(writer, x, writer.choose(isLarge, complement, angle));
}

const halfPi = Math.PI / 2;
/** Minimax for (atan(√z) / √z - 1) / z on [0, 1]; relative error of atan 1.7e-8. */
const coefficients = [
  -0.3333315273621646, 0.19993772839379934, -0.1421105534775814, 0.10666004807945317, -0.0755221464667433,
  0.04321186512565082, -0.01636793069598955, 0.0029206929158623884,
];
