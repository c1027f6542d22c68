/** What code is written for. Of these only `relaxed` shows in the bits of results, and only in sums of products. */
export interface CodeOptions {
  /** Instructions of relaxed SIMD: `f32x4.relaxed_madd` rounds once where the processor can, others give the same. */
  readonly relaxed: boolean;
  /** Vectors stand in pairs, and tiles are wide, for engines that make one vector of 256 bits of two neighbours. */
  readonly wide: boolean;
}

/** What a module is made for. */
export interface KernelOptions extends CodeOptions {
  /** The imported memory is shared between threads. */
  readonly shared: boolean;
}
