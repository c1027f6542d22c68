import { type CpuBackend, type CpuOptions, createBackend } from "./cpu-backend.ts";
import { basics } from "./kernel-sets/basics.ts";
import { convolutions } from "./kernel-sets/convolutions.ts";
import { sorting } from "./kernel-sets/sorting.ts";

/**
 * The CPU as a backend: WebAssembly SIMD kernels generated at run time, one for each fused kernel of a plan, and a
 * packed, blocked matrix product.
 *
 * @throws MinimaError where the engine has no WebAssembly SIMD, no shared memory and `threads` is more than one, or no
 *   relaxed SIMD and `relaxedSimd` is true.
 */
export function cpu(options: CpuOptions = {}): CpuBackend {
  return createBackend(options, [basics, convolutions, sorting]);
}
