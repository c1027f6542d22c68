import { type DType, isFloat } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";

/** A value as something that `<` takes. */
export function comparable(dtype: DType, value: string): string {
  return dtype === "bool" ? `u32(${value})` : value;
}

/** Whether `a` comes before `b` for sure in an order where NaN is the largest; both names. */
export function precedes(writer: KernelWriter, dtype: DType, descending: boolean, a: string, b: string): string {
  const [less, more] = descending ? [b, a] : [a, b];
  const isLess = `${less} < ${more}`;
  if (!isFloat(dtype)) return `(${isLess})`;
  const isNan = writer.use("is_nan");
  return `(!${isNan}(${less}) && (${isNan}(${more}) || ${isLess}))`;
}
