/**
 * What makes kernels fast differs between GPUs and the software drivers that run WebGPU on a CPU. Everything that
 * depends on it is chosen by these values.
 */
export interface Tuning {
  /**
   * Whether products, convolutions and attention fetch tiles of their factors into shared memory: it is close at hand in a
   * GPU. On a CPU it is one more copy, every barrier makes it change between invocations, and caches do the same for
   * nothing: there each invocation reads from where factors lie, and for products has a tile of its own.
   */
  readonly sharedTiles: boolean;
  /**
   * From how many points, or lines, on each gets an invocation of its own for all that is reduced there. A GPU is idle with
   * less than thousands of invocations; on a CPU few are enough, and need no barriers.
   */
  readonly reducedAlone: number;
  /** Invocations that reduce one point together, at most. */
  readonly reducedTogether: number;
}

/** What kernels are fitted to. */
export type Processor = "gpu" | "cpu";

export const tunings: Readonly<Record<Processor, Tuning>> = {
  gpu: { sharedTiles: true, reducedAlone: Infinity, reducedTogether: 256 },
  cpu: { sharedTiles: false, reducedAlone: 32, reducedTogether: 64 },
};
