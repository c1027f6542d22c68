import type { BackendProfile } from "@minima/tensor";

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

/**
 * What kernels of anchors do beside their own work. A tile of a product is fetched by many invocations, which share what a
 * prologue computes; without shared tiles each of them would compute it again.
 */
export function anchorProfiles({ sharedTiles }: Tuning): NonNullable<BackendProfile["anchors"]> {
  const factors = sharedTiles ? { prologues: [0, 1] } : {};
  const once = { prologues: [0] };
  const both = { prologues: [0, 1] };
  return {
    matmul: { epilogue: true, stridedResult: true, ...factors },
    conv: { epilogue: true, ...factors },
    attention: { stridedResult: true },
    ...{ poolIndex: once, avgPool: once, argReduce: once, scan: once, gather: both, scatterAdd: both },
  };
}

export const tunings: Readonly<Record<Processor, Tuning>> = {
  gpu: { sharedTiles: true, reducedAlone: Infinity, reducedTogether: 256 },
  cpu: { sharedTiles: false, reducedAlone: 32, reducedTogether: 64 },
};
