import { formatValues } from "./format.ts";
import { formatShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Computes a tensor if need be and prints shape, dtype and values; long axes are shortened. */
export async function print(t: Tensor): Promise<void> {
  const data = await t.data();
  // Printing is what was asked for.
  console.log(`Tensor ${formatShape(t.shape)} ${t.dtype} ${formatValues(data, t.shape, t.dtype === "bool")}`);
}
