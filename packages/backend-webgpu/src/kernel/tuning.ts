/**
 * What makes kernels fast differs between GPUs and the software drivers that run WebGPU on a CPU. Everything that
 * depends on it is chosen by these values.
 */
export interface Tuning {
  /**
   * Whether products and convolutions fetch tiles of their factors into shared memory: it is close at hand in a GPU. On a
   * CPU it is one more copy, every barrier makes it change between invocations, and caches do the same for nothing;
   * each invocation computes a tile of its own there.
   */
  readonly sharedTiles: boolean;
}

/** What kernels are fitted to. */
export type Processor = "gpu" | "cpu";

export const tunings: Readonly<Record<Processor, Tuning>> = {
  gpu: { sharedTiles: true },
  cpu: { sharedTiles: false },
};
