import type { DType } from "@minima/tensor";

/** Whether elements take one byte in memory instead of four. */
export function isByte(dtype: DType): boolean {
  return dtype === "bool" || dtype === "uint8";
}

/** Bytes of one element in memory. */
export function elementBytes(dtype: DType): number {
  return isByte(dtype) ? 1 : 4;
}
