/*
 * The backend in parts, for pages that want to carry only what they run: a network of linear layers needs neither
 * convolutions nor sorting.
 */
import { ValueError } from "@minima/tensor";
import { type CpuBackend, type CpuOptions, createBackend } from "./cpu-backend.ts";
import { basics } from "./kernel-sets/basics.ts";
import type { KernelSet } from "./kernel-sets/kernel-set.ts";

export type { CpuBackend } from "./cpu-backend.ts";
export { convolutions } from "./kernel-sets/convolutions.ts";
export { indexing } from "./kernel-sets/indexing.ts";
export type { KernelSet } from "./kernel-sets/kernel-set.ts";
export { sorting } from "./kernel-sets/sorting.ts";

export interface CpuCoreOptions extends CpuOptions {
  /**
   * Kernels beyond fused loops and matrix products: `convolutions` (and pooling), `indexing` (embeddings, gathering,
   * scattering), `sorting` (and scans). The first and the last have those of indexing too.
   */
  readonly kernels?: readonly KernelSet[] | undefined;
}

/**
 * The CPU as a backend, with a choice of its kernels. What has none throws when it is computed, naming the set that is
 * missing.
 *
 * @throws MinimaError where the engine has no WebAssembly SIMD, no shared memory and `threads` is more than one, or no
 *   relaxed SIMD and `relaxedSimd` is true.
 * @throws ValueError where `kernels` holds something else than sets.
 */
export function cpu({ kernels = [], ...options }: CpuCoreOptions = {}): CpuBackend {
  for (const set of kernels as readonly (Partial<KernelSet> | undefined)[]) {
    if (typeof set?.create === "function") continue;
    throw new ValueError(
      `cpu: kernels holds ${String(set)}; it takes sets of kernels: convolutions, indexing, sorting`,
    );
  }
  return createBackend(options, [basics, ...kernels]);
}
