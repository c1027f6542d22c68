import type { CurvePoint } from "./loss-curve.ts";
import type { Measured } from "./metrics/measurement.ts";
import type { ScalarMetrics } from "./metrics/metric.ts";

/** Metric values under prefixed names: `accuracy` becomes `trainAccuracy`. */
type Prefixed<Prefix extends string, M extends ScalarMetrics, Value> = {
  readonly [Name in keyof M & string as `${Prefix}${Capitalize<Name>}`]: Value;
};

/** One evaluation on the validation data. */
export type EvaluationRecord<M extends ScalarMetrics = ScalarMetrics> = {
  /** The epoch in which it was made, from 1. */
  readonly epoch: number;
  /** Updates made before it, over the whole training. */
  readonly update: number;
  /** Mean over the validation rows. */
  readonly validationLoss: number;
} & Prefixed<"validation", M, number>;

/** One whole pass over the training data. */
export type EpochRecord<M extends ScalarMetrics = ScalarMetrics> = {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the rows of the epoch, each taken before the update it led to, with dropout and the like active. */
  readonly trainLoss: number;
  /** Of the last evaluation made in the epoch; null if there was none. */
  readonly validationLoss: number | null;
  /** Seconds the pass took, evaluations not counted. */
  readonly seconds: number;
  /** Training rows per second of the pass. */
  readonly samplesPerSecond: number;
} & Prefixed<"train", M, number> &
  Prefixed<"validation", M, number | null>;

/** The evaluation whose parameters a callback holds to be the best. */
export interface BestRecord {
  readonly epoch: number;
  readonly update: number;
  /** What was watched, such as "validationLoss", and its value. */
  readonly monitor: string;
  readonly value: number;
}

/** Why a training ended: all epochs done, a callback asked for it, or its signal was aborted. */
export type StopReason = "finished" | "early" | "interrupted";

/** What `Trainer.fit` returns. */
export interface History<M extends ScalarMetrics = ScalarMetrics> {
  /** Whole epochs; one that was broken off is not among them. */
  readonly epochs: readonly EpochRecord<M>[];
  readonly evaluations: readonly EvaluationRecord<M>[];
  /** The training loss within the epochs, in at most some hundred points over the whole training. */
  readonly lossCurve: readonly CurvePoint[];
  /** Updates made. */
  readonly updates: number;
  readonly stopped: StopReason;
  /** Set by `keepBest` and `earlyStopping`; null without them or before the first evaluation. */
  readonly best: BestRecord | null;
  /** Seconds of the whole training, evaluations included. */
  readonly seconds: number;
}

/** The name a metric has in records: ("validation", "accuracy") gives "validationAccuracy". */
export function recordName(prefix: "train" | "validation", metric: string): string {
  return prefix + metric[0].toUpperCase() + metric.slice(1);
}

/** A record from what was measured and further members. */
export function evaluationRecord<M extends ScalarMetrics>(
  epoch: number,
  update: number,
  measured: Measured<M>,
): EvaluationRecord<M> {
  const record = { epoch, update, ...prefixed("validation", measured) };
  return record as EvaluationRecord<M>; // names are built from those of the metrics
}

/** The record of an epoch; `evaluation` is the last one made in it. */
export function epochRecord<M extends ScalarMetrics>(
  metrics: M,
  epoch: number,
  seconds: number,
  measured: Measured<M>,
  evaluation: EvaluationRecord<M> | null,
): EpochRecord<M> {
  const validation: Record<string, unknown> = {};
  for (const name of ["loss", ...Object.keys(metrics)]) {
    const key = recordName("validation", name);
    validation[key] = evaluation === null ? null : (evaluation as Readonly<Record<string, unknown>>)[key];
  }
  const speed = { seconds, samplesPerSecond: measured.samples / Math.max(seconds, 1e-9) };
  const record = { epoch, ...prefixed("train", measured), ...validation, ...speed };
  return record as unknown as EpochRecord<M>; // names are built from those of the metrics
}

function prefixed(prefix: "train" | "validation", measured: Measured<ScalarMetrics>): Record<string, unknown> {
  const entries = Object.entries(measured).filter(([name]) => name !== "samples");
  return Object.fromEntries(entries.map(([name, value]) => [recordName(prefix, name), value]));
}
