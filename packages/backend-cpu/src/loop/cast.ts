import type { DType } from "@minima/tensor";
import type { Vector, VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { f32x4, i32x4, v128 } from "../wasm/index.ts";
import { unsupported } from "./arithmetic.ts";

/** Value in another dtype: float to integer truncates and saturates, integers wrap, bool tests for non-zero. */
export function castValue(writer: VectorWriter, from: DType, to: DType, value: VectorLocal): Vector {
  if (from === to) return value;
  if (from === "bool") return v128.and(value, to === "float32" ? writer.float(1) : writer.int(1));
  if (from === "float32") return fromFloat(writer, to, value);
  switch (to) {
    case "float32":
      return from === "uint32" ? f32x4.convert_i32x4_u(value) : f32x4.convert_i32x4_s(value);
    case "bool":
      return i32x4.ne(value, writer.int(0));
    case "uint8":
      return v128.and(value, writer.int(255));
    case "int32":
    case "uint32":
      return value;
    case "float16":
      return unsupported("cast", to);
  }
}

function fromFloat(writer: VectorWriter, to: DType, value: VectorLocal): Vector {
  switch (to) {
    case "bool":
      return f32x4.ne(value, writer.float(0));
    case "uint32":
      return i32x4.trunc_sat_f32x4_u(value);
    case "uint8":
      return i32x4.min_s(i32x4.max_s(i32x4.trunc_sat_f32x4_s(value), writer.int(0)), writer.int(255));
    default:
      return i32x4.trunc_sat_f32x4_s(value);
  }
}
