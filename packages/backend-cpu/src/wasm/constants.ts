import { simdPrefix } from "./instruction.ts";
import type { Expression, ValueType } from "./types.ts";

/** A constant of a scalar type. Integers may be given signed or unsigned; f32 values are rounded to the nearest. */
export function constant<T extends ValueType>(type: T, value: number | bigint): Expression<T> {
  switch (type) {
    case "i32": {
      if (!Number.isInteger(value) || Number(value) < -(2 ** 31) || Number(value) >= 2 ** 32) {
        throw new RangeError(`an i32 constant must be an integer in [-2^31, 2^32), got ${value}`);
      }
      const signed = Number(value) | 0;
      return { type, emit: (code) => void code.byte(0x41).signed(signed) };
    }
    case "i64": {
      const signed = BigInt.asIntN(64, BigInt(value));
      return { type, emit: (code) => void code.byte(0x42).signed64(signed) };
    }
    case "f32": {
      const bytes = new Uint8Array(Float32Array.of(Number(value)).buffer);
      return { type, emit: (code) => void code.byte(0x43).bytes(bytes) };
    }
    case "f64": {
      const bytes = new Uint8Array(Float64Array.of(Number(value)).buffer);
      return { type, emit: (code) => void code.byte(0x44).bytes(bytes) };
    }
    default:
      throw new TypeError(`a ${type} constant needs a lane type, such as f32x4.const(1)`);
  }
}

/** For each lane type of v128 the number of lanes, and how values become lanes in memory. */
const laneTypes = {
  i32x4: { count: 4, pack: (values: Values) => Int32Array.from(values) },
  f32x4: { count: 4, pack: (values: Values) => Float32Array.from(values) },
  f64x2: { count: 2, pack: (values: Values) => Float64Array.from(values) },
} as const;

type Values = readonly number[];
export type LaneType = keyof typeof laneTypes;

/** A vector constant: one value for all lanes, or one value for each. Integer lanes wrap around. */
export function vectorConstant(laneType: LaneType, values: Values): Expression<"v128"> {
  const { count, pack } = laneTypes[laneType];
  if (values.length !== 1 && values.length !== count) {
    throw new RangeError(`${laneType}.const takes 1 or ${count} values, got ${values.length}`);
  }
  const lanes = pack(values.length === 1 ? new Array<number>(count).fill(values[0]!) : values);
  const bytes = new Uint8Array(lanes.buffer);
  return { type: "v128", emit: (code) => void code.byte(simdPrefix).byte(12).bytes(bytes) };
}
