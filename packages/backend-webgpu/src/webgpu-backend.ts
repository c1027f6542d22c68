import type { Backend, BackendStats, Program, Step } from "@minima/tensor";

/** What a WebGPU backend has done, and what it holds. */
export interface WebGpuStats extends BackendStats {
  /** Programs submitted; each is one submit. */
  readonly submits: number;
  /** Those that may still run; no more than three. */
  readonly running: number;
  /** Kernels run by them. */
  readonly dispatches: number;
  /** Copies to the host, each a submit of its own; reads asked for at a time share one. */
  readonly copies: number;
  /** Pipelines compiled. */
  readonly pipelines: number;
  /** Bytes on the device: buffers, those that wait to be used again, and what the backend needs itself. */
  readonly totalBytes: number;
  /** Those of them that are not buffers in use. */
  readonly ownBytes: number;
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
  /** Optional features of WebGPU that are turned on, by the names of the standard. */
  readonly features: ReadonlySet<string>;
  stats(): WebGpuStats;
  /** At once: programs wait for their pipelines where they are submitted. */
  compile(steps: readonly Step[]): Program;
  ready(): Promise<void>;
}
