import type { DType } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { literal, valueType } from "../kernel/value-type.ts";

/** A value in another dtype: float to integer truncates and saturates, integers wrap, bool tests for non-zero. */
export function castValue(writer: KernelWriter, from: DType, to: DType, value: string): string {
  if (from === to) return value;
  if (from === "float16") return castValue(writer, "float32", to, value);
  if (to === "float16" && from !== "float32") return castValue(writer, "float32", to, `f32(${value})`);
  // By bits: a comparison with NaN may say anything.
  if (to === "bool" && from === "float32") return `((bitcast<u32>(${value}) << 1u) != 0u)`;
  if (to === "bool") return `(${value} != ${literal(0, from)})`;
  if (from === "float32" && to !== "float32") return `${writer.use(`${to}_from_f32`)}(${value})`;
  if (to === "uint8" && from !== "bool") return `(${from === "int32" ? `u32(${value})` : value} & 255u)`;
  return `${valueType[to]}(${value})`;
}
