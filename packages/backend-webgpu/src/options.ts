import type { DeviceLimits } from "./device-limits.ts";
import type { Processor } from "./kernel/tuning.ts";
import type { CompileProgress } from "./program/progress.ts";

/** An entry point to WebGPU: `navigator.gpu`, or what the npm package `webgpu` creates. */
export interface GpuEntry {
  requestAdapter(options?: object): Promise<object | null>;
}

/** A `GPUAdapter`. Its type is not named here, because not every setting of the compiler knows the types of WebGPU. */
export interface GpuAdapter {
  readonly limits: object;
  readonly features: object;
  requestDevice(descriptor?: object): Promise<object>;
}

export interface WebGpuOptions {
  /** Which GPU to take where there are several. */
  readonly powerPreference?: "low-power" | "high-performance" | undefined;
  /**
   * Optional features of WebGPU that the device must have, by the names of the standard; none but these are turned on.
   * Default: those of `shader-f16`, `subgroups` and `timestamp-query` that the adapter has. Tensors of float16 need the
   * first.
   */
  readonly features?: readonly string[] | undefined;
  /** An adapter to use instead of asking for one; it must not have given a device yet. */
  readonly adapter?: GpuAdapter | undefined;
  /** The entry point to use instead of `navigator.gpu` or the npm package `webgpu`. */
  readonly gpu?: GpuEntry | undefined;
  /** Limits to stay below the adapter's, as smaller devices have them. Default: all that the adapter offers. */
  readonly limits?: Partial<DeviceLimits> | undefined;
  /**
   * What kernels are fitted to: on a CPU, where software drivers run them, other ones are fast than on a GPU. Results are
   * as right with either. Default: what the adapter says that it is.
   */
  readonly processor?: Processor | undefined;
  /** Is told of each pipeline that has been compiled; for a progress bar while a model warms up. */
  readonly onProgress?: ((progress: CompileProgress) => void) | undefined;
}
