import type { Tensor } from "@minima/tensor";

/**
 * A figure that is found by summing over batches. `measure` gives what one batch adds, `value` turns the sums into the
 * figure. The trainer keeps the sums on the device as part of the step's program, so that measuring reads nothing back.
 */
export interface Metric<Value = unknown> {
  /**
   * Statistics of one batch: float32 or int32, of the same shape for every batch. Called without gradient history.
   *
   * @param output - What the model gave, the batch axis first.
   * @param target - What it should have given.
   */
  measure(output: Tensor, target: Tensor): Tensor;
  /**
   * The figure.
   *
   * @param totals - The sums of the statistics, row-major.
   * @param samples - Rows they were taken over.
   */
  value(totals: Float64Array, samples: number): Value;
  /** Which values are better, where values are numbers: for callbacks that watch the metric. */
  readonly better?: Better | undefined;
}

/** Which of two values is better. */
export type Better = "higher" | "lower";

/** Metrics under the names they have in records: `accuracy` becomes `trainAccuracy` and `validationAccuracy`. */
export type Metrics = Readonly<Record<string, Metric>>;

/** Metrics whose values are numbers: what can be followed through a training. */
export type ScalarMetrics = Readonly<Record<string, Metric<number>>>;

/** The values of metrics by name. */
export type MetricValues<M extends Metrics> = { readonly [Name in keyof M]: ReturnType<M[Name]["value"]> };
