import type { Backend, BackendStats } from "@minima/tensor";

/** What a WebGPU backend has done, and what it holds. */
export interface WebGpuStats extends BackendStats {
  /** Programs submitted; each is one submit. */
  readonly submits: number;
  /** Kernels run by them. */
  readonly dispatches: number;
  /** Copies to the host, each a submit of its own. */
  readonly copies: number;
  /** Pipelines compiled. */
  readonly pipelines: number;
  /** Bytes on the device, with those that wait to be used again. */
  readonly totalBytes: number;
}

/** Which adapter a backend runs on, as far as it says. */
export interface AdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
}

/** WebGPU as a backend; made by `webgpu()`. */
export interface WebGpuBackend extends Backend {
  readonly adapterInfo: AdapterInfo;
  stats(): WebGpuStats;
}
