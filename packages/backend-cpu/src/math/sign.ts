import { f32x4, v128 } from "../wasm/index.ts";
import type { Vector, VectorLocal, VectorWriter } from "./vector-writer.ts";

/** |x|, for functions that are computed for positive numbers. */
export function magnitude(writer: VectorWriter, x: VectorLocal): VectorLocal {
  return writer.let(f32x4.abs(x));
}

/** A value without sign bit, with the sign bit of x; so odd functions keep the sign of zero. */
export function withSignOf(writer: VectorWriter, x: VectorLocal, value: Vector): Vector {
  return v128.or(value, v128.and(x, writer.float(-0)));
}
