import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { i32x4, v128 } from "../wasm/index.ts";

/*
 * V8, where it joins vectors, begins at two stores side by side and at the two operands of an addition of integers, and goes
 * back from there to what values are computed of, as long as each vector has one neighbour only. Nothing here changes a bit.
 */

/** The same in all lanes, as V8 takes it that does not go back beyond scalars: what it is folded from has other neighbours. */
export function uniformValue(writer: VectorWriter, value: VectorLocal): VectorLocal {
  return writer.wide ? writer.let(i32x4.splat(i32x4.extract_lane(value, 0))) : value;
}

/** The second of two vectors, and a reason for V8 to join them. */
export function joined(writer: VectorWriter, low: VectorLocal, high: VectorLocal): VectorLocal {
  if (!writer.wide) return high;
  const nothing: Vector = v128.and(i32x4.add(low, high), writer.int(0));
  return writer.let(v128.or(high, nothing));
}
