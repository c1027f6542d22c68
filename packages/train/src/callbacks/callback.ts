import type { Module } from "@minima/layers";
import type { BestRecord, EpochRecord, EvaluationRecord, History } from "../history.ts";
import type { Better } from "../metrics/metric.ts";

/**
 * Something that takes part in a training. All hooks are optional; one that returns a promise is waited for. A callback
 * object may be used for several trainings one after the other: it starts anew in `onFitStart`.
 */
export interface Callback {
  onFitStart?(training: Training): void | Promise<void>;
  /** After each update. Reading a tensor here waits for the device at every step. */
  onUpdate?(training: Training): void | Promise<void>;
  /** Some times a second (see `FitOptions.progressInterval`), with figures that are read back for it. */
  onProgress?(progress: Progress, training: Training): void | Promise<void>;
  /** After each evaluation on the validation data. */
  onEvaluation?(record: EvaluationRecord, training: Training): void | Promise<void>;
  /** After each whole epoch and the evaluation that ends it. */
  onEpochEnd?(record: EpochRecord, training: Training): void | Promise<void>;
  /** When training has ended, also early or interrupted; not if it threw. */
  onFitEnd?(history: History, training: Training): void | Promise<void>;
}

/** The training a callback takes part in. */
export interface Training {
  readonly model: Module;
  readonly epochs: number;
  /** The epoch under way, from 1. */
  readonly epoch: number;
  /** Updates made so far. */
  readonly update: number;
  /** Updates that all epochs would make. */
  readonly plannedUpdates: number;
  /** Figures that every evaluation gives, with the direction that is better; empty without validation data. */
  readonly monitors: ReadonlyMap<string, Better | undefined>;
  /** The evaluation whose parameters are the best, to be reported in the history. */
  best: BestRecord | null;
  /** Ends the training after the update, evaluation or epoch under way. */
  stop(): void;
}

/** How far a training has come. */
export interface Progress {
  /** Whether it trains or evaluates on the validation data. */
  readonly phase: "train" | "validation";
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done of the phase, and how many there are. */
  readonly batch: number;
  readonly batches: number;
  /** Mean loss of the phase so far. */
  readonly loss: number;
  /** Metrics of the phase so far. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Rows a second of the phase. */
  readonly samplesPerSecond: number;
  /** Estimated seconds to the end of the last epoch; null while nothing is known. */
  readonly secondsLeft: number | null;
}
