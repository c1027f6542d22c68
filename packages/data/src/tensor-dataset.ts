import type { Tensor } from "@minima/tensor";
import { ArrayDataset } from "./array-dataset.ts";

/** A data set over the rows (first axis) of two tensors, which are read to host memory once. */
export async function tensorDataset(tensors: { inputs: Tensor; targets: Tensor }): Promise<ArrayDataset> {
  const { inputs, targets } = tensors;
  const [inputData, targetData] = await Promise.all([inputs.data(), targets.data()]);
  return new ArrayDataset({
    inputs: { data: inputData, shape: inputs.shape, dtype: inputs.dtype },
    targets: { data: targetData, shape: targets.shape, dtype: targets.dtype },
  });
}
