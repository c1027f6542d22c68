import type { Module } from "@minima/layers";
import { type HostTensor, encodeSafetensors } from "@minima/tensor/safetensors";
import type { DemoData } from "./dataset.ts";
import type { DemoOptions } from "./options.ts";

/**
 * The parameters as a safetensors file, under the names of the state dict. The metadata say what is needed to use them:
 * the network and how pixels are standardised.
 */
export async function encodeModel(module: Module, options: DemoOptions, data: DemoData): Promise<Uint8Array> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, value] of Object.entries(module.stateDict())) {
    tensors.set(name, { dtype: value.dtype, shape: value.shape, data: await value.data() });
  }
  const { model, hidden, activation, dropout } = options;
  return encodeSafetensors(tensors, {
    ...{ format: "minima", dataset: data.name, model },
    ...(model === "softmax" ? {} : { hidden: hidden.join(","), activation, dropout: String(dropout) }),
    ...{ mean: String(data.normalization.mean), std: String(data.normalization.std), classes: data.classes.join(",") },
  });
}

/** About how many bytes the file takes. */
export function modelBytes(parameters: number): number {
  return 16_384 + 4 * parameters;
}
