/** What the kernels of one name did. */
export interface KernelProfile {
  /** The step of its program, the loops, and what is computed in them. */
  readonly label: string;
  readonly dispatches: number;
  /** Bytes bound: see `Profile.bytes`. */
  readonly bytes: number;
  /** Milliseconds by the clock of the GPU, where the device has `timestamp-query`. Browsers, and Dawn in Node, round each to 0.1 ms. */
  readonly gpuMs?: number;
}

/** What a piece of work had the device do. */
export interface Profile {
  /** Programs submitted. */
  readonly submits: number;
  /** Kernels run by them. */
  readonly dispatches: number;
  /**
   * Bytes bound: for each dispatch the bytes of the values in its bindings. A binding counts once, whether it is read,
   * written or both, and however often; a fused loop that touches a part of a value counts that part. Padding of buffers
   * and the block of scalars do not count.
   */
  readonly bytes: number;
  /** Copies to the host. */
  readonly copies: number;
  /** Pipelines compiled; none once the work has run before. */
  readonly pipelines: number;
  /** By kernel: the slowest first, or without times those that bind the most bytes. */
  readonly kernels: readonly KernelProfile[];
}
