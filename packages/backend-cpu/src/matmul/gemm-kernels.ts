import type { Kernel } from "../threads/kernels.ts";

/** The functions of the GEMM module. */
export interface GemmKernels {
  readonly batch: Kernel;
  readonly pack: Kernel;
  readonly block: Kernel;
}
