import { type MatrixAccess, sizeOf } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { affineValue } from "../loop/affine.ts";

/** The loop variables of the batch, `o0`, `o1`, …, from its number, a u32 expression. */
export function writeBatch(writer: KernelWriter, batch: readonly number[], number: string): void {
  let unit = sizeOf(batch);
  batch.forEach((extent, axis) => {
    unit /= extent;
    writer.line(`let o${axis} = i32(${number} / ${unit}u % ${extent}u);`);
  });
}

/** Where a matrix of the batch begins, from these variables. */
export function startOf({ offset, batchStrides }: MatrixAccess, axes: number): string {
  return affineValue({ offset, strides: batchStrides }, axes);
}
