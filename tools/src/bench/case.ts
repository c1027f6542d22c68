import type { BackendName } from "../command/backend.ts";

/** What a case measured; the names are those of the JSON line. */
export interface Figures {
  readonly median_ms: number;
  readonly min_ms: number;
  /** How many runs were timed. */
  readonly samples: number;
  /** 10⁹ floating-point operations a second, by the median; for the register peak by the best run. */
  readonly gflops?: number | undefined;
  /** One number of the result, which must be what the peers get. */
  readonly check?: number | undefined;
  readonly rows?: number | undefined;
  readonly samples_per_s?: number | undefined;
  /** From the start of the process, by its own clock, to the end of the first training step. */
  readonly step_done_ms?: number | undefined;
  readonly peak_rss_mb?: number | undefined;
  /** CPU time of a later step, where the first one is measured. */
  readonly step_ms?: number | undefined;
  /** Median of other work that was timed in turns with it, and the ratio of the two medians. */
  readonly beside_ms?: number | undefined;
  readonly ratio?: number | undefined;
  readonly mul_add_gflops?: number | undefined;
  readonly relaxed_madd_gflops?: number | undefined;
  readonly clock_ghz?: number | undefined;
  readonly flops_per_cycle?: number | undefined;
  /** What one run has a GPU do: kernels, programs, and bytes bound as `profile` of the WebGPU backend counts them. */
  readonly dispatches?: number | undefined;
  readonly submits?: number | undefined;
  readonly bytes?: number | undefined;
  /** 10⁹ bytes a second. */
  readonly read_gb_per_s?: number | undefined;
  readonly triad_gb_per_s?: number | undefined;
}

/** Where cases run. */
export interface Setting {
  readonly backend: BackendName;
  readonly threads: number;
  /** How wide the vectors are that kernels of the CPU are laid out for. */
  readonly vectorBits: 128 | 256;
}

/** One line of the benchmark. */
export interface BenchCase {
  readonly name: string;
  measure(setting: Setting): Promise<Figures>;
}

/** Work to be timed, ready to run again and again. */
export interface Work {
  /** Runs it once, to the end. */
  run(): Promise<void>;
  /** A number of the result. */
  check(): Promise<number>;
}
