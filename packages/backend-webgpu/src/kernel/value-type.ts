import type { DType } from "@minima/tensor";

/** The WGSL type that values of a dtype are computed in; uint8 as u32 in [0, 255], float16 as f32 that are rounded to it. */
export const valueType: Readonly<Record<DType, string>> = {
  float32: "f32",
  float16: "f32",
  int32: "i32",
  uint32: "u32",
  uint8: "u32",
  bool: "bool",
};

/** Whether elements are bytes, four of which share a word: WGSL has no smaller type in buffers. */
export function isByte(dtype: DType): boolean {
  return dtype === "uint8" || dtype === "bool";
}

/** The dtype that values of a dtype have in memory between the kernels of a step: bytes take a word each. */
export function storedAs(dtype: DType): DType {
  return isByte(dtype) ? "uint32" : dtype;
}

/** A number as a literal of a dtype. Infinities and NaN have none: they come from `infinity()` and `not_a_number()`. */
export function literal(value: number, dtype: DType): string {
  switch (dtype) {
    case "float32":
    case "float16": {
      const rounded = Math.fround(value);
      const text = Object.is(rounded, -0) ? "-0.0" : String(rounded);
      return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
    }
    case "int32":
      return value === -(2 ** 31) ? "i32(-2147483648)" : `${value}i`;
    case "uint32":
    case "uint8":
      return `${value}u`;
    case "bool":
      return value === 0 ? "false" : "true";
  }
}
