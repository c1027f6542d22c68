import type { Module } from "@minima/layers";
import { ValueError } from "@minima/tensor";
import type { BatchSource } from "./batch-source.ts";
import type { Callback, Training } from "./callbacks/callback.ts";
import { Evaluation } from "./evaluation.ts";
import type { FitOptions } from "./fit-options.ts";
import type { BestRecord, EpochRecord, EvaluationRecord, History, StopReason } from "./history.ts";
import { epochRecord, evaluationRecord, recordName } from "./history.ts";
import { LossCurve } from "./loss-curve.ts";
import { Measurement } from "./metrics/measurement.ts";
import type { Better, ScalarMetrics } from "./metrics/metric.ts";
import { Pace, Stopwatch } from "./pace.ts";
import { type Trained, TrainingStep } from "./training-step.ts";

/** What a training works with. */
export interface FitParts<M extends ScalarMetrics> extends Trained<M> {
  readonly callbacks: readonly Callback[];
}

const defaultProgressInterval = 100;

/** One training under way. */
export class Fit<M extends ScalarMetrics> implements Training {
  readonly model: Module;
  readonly epochs: number;
  readonly plannedUpdates: number;
  readonly monitors: ReadonlyMap<string, Better | undefined>;
  best: BestRecord | null = null;
  epoch = 0;
  update = 0;
  readonly #parts: FitParts<M>;
  readonly #data: BatchSource;
  readonly #options: FitOptions;
  /** Of the epoch under way. */
  readonly #measurement: Measurement<M>;
  readonly #step: TrainingStep<M>;
  readonly #evaluation: Evaluation<M>;
  readonly #pace: Pace;
  readonly #curve: LossCurve;
  readonly #showsProgress: boolean;
  readonly #seesUpdates: boolean;
  readonly #epochRecords: EpochRecord<M>[] = [];
  readonly #evaluations: EvaluationRecord<M>[] = [];
  #lastProgress = -Infinity;
  #stopAsked = false;

  constructor(parts: FitParts<M>, data: BatchSource, options: FitOptions) {
    this.model = parts.model;
    this.epochs = options.epochs;
    this.plannedUpdates = options.epochs * data.length;
    this.#parts = parts;
    this.#data = data;
    this.#options = options;
    this.#measurement = new Measurement(parts.metrics);
    this.#step = new TrainingStep(parts, this.#measurement);
    this.#evaluation = new Evaluation(parts);
    this.#pace = new Pace(this.plannedUpdates);
    this.#curve = new LossCurve(data.length);
    this.#showsProgress = parts.callbacks.some((callback) => callback.onProgress !== undefined);
    this.#seesUpdates = parts.callbacks.some((callback) => callback.onUpdate !== undefined);
    const monitors: [string, Better | undefined][] = [
      [recordName("validation", "loss"), "lower"],
      ...Object.entries(parts.metrics).map(([name, { better }]): [string, Better | undefined] => [
        recordName("validation", name),
        better,
      ]),
    ];
    this.monitors = new Map(options.validation === undefined ? [] : monitors);
  }

  stop(): void {
    this.#stopAsked = true;
  }

  async run(): Promise<History<M>> {
    const clock = new Stopwatch();
    const wasTraining = this.model.training;
    let finished = false;
    try {
      this.model.train();
      for (const callback of this.#parts.callbacks) await callback.onFitStart?.(this);
      while (!finished && !this.#ends) {
        this.epoch++;
        const complete = await this.#trainEpoch();
        finished = complete && this.epoch === this.epochs;
      }
    } finally {
      this.model.train(wasTraining);
    }
    const stopped: StopReason = finished ? "finished" : this.#interrupted ? "interrupted" : "early";
    const history = (): History<M> => ({
      epochs: this.#epochRecords,
      evaluations: this.#evaluations,
      lossCurve: this.#curve.points,
      updates: this.update,
      stopped,
      best: this.best,
      seconds: clock.seconds,
    });
    for (const callback of this.#parts.callbacks) await callback.onFitEnd?.(history(), this);
    return history();
  }

  get #interrupted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  get #ends(): boolean {
    return this.#stopAsked || this.#interrupted;
  }

  /** Trains one epoch; false if it was broken off. */
  async #trainEpoch(): Promise<boolean> {
    const measurement = this.#measurement;
    const watch = new Stopwatch();
    let evaluation: EvaluationRecord<M> | null = null;
    let batches = 0;
    measurement.reset();
    for await (const batch of this.#data) {
      await this.#step.run(batch);
      this.update++;
      this.#pace.tick();
      await this.#curve.follow(this.update, measurement);
      batches++;
      if (this.#seesUpdates) for (const callback of this.#parts.callbacks) await callback.onUpdate?.(this);
      await this.#showProgress("train", measurement, batches, this.#data.length, watch);
      if (!this.#ends && this.#isDue("updates", this.update)) {
        watch.pause();
        evaluation = (await this.#evaluate()) ?? evaluation;
        watch.resume();
      }
      if (this.#ends) break;
    }
    await this.#curve.endEpoch(this.update, measurement);
    watch.pause();
    if (batches === 0) {
      throw new ValueError(
        `fit: the training data gave no batch in epoch ${this.epoch}; pass what can be iterated again, as a DataLoader`,
      );
    }
    if (this.#ends && batches < this.#data.length) return false;
    const measured = await measurement.read();
    if (!this.#ends && this.#isDue("epochs", this.epoch)) evaluation = await this.#evaluate();
    const record = epochRecord(this.#parts.metrics, this.epoch, watch.seconds, measured, evaluation);
    this.#epochRecords.push(record);
    for (const callback of this.#parts.callbacks) await callback.onEpochEnd?.(record as EpochRecord, this);
    return true;
  }

  #isDue(unit: "epochs" | "updates", count: number): boolean {
    const { validation, evaluateEvery = { epochs: 1 } } = this.#options;
    const every: { readonly epochs?: number; readonly updates?: number } = evaluateEvery;
    const interval = every[unit];
    return validation !== undefined && interval !== undefined && count % interval === 0;
  }

  /** Evaluates on the validation data; null if the training was interrupted. */
  async #evaluate(): Promise<EvaluationRecord<M> | null> {
    const { validation, signal } = this.#options;
    if (validation === undefined) return null;
    const watch = new Stopwatch();
    const onBatch = (measurement: Measurement<M>, batches: number): Promise<void> =>
      this.#showProgress("validation", measurement, batches, validation.length, watch);
    const measured = await this.#evaluation.run(validation, { signal, onBatch });
    if (measured === null) return null;
    const record = evaluationRecord<M>(this.epoch, this.update, measured);
    this.#evaluations.push(record);
    for (const callback of this.#parts.callbacks) await callback.onEvaluation?.(record as EvaluationRecord, this);
    return record;
  }

  async #showProgress(
    phase: "train" | "validation",
    measurement: Measurement<M>,
    batch: number,
    batches: number,
    watch: Stopwatch,
  ): Promise<void> {
    if (!this.#showsProgress) return;
    const now = performance.now();
    if (now - this.#lastProgress < (this.#options.progressInterval ?? defaultProgressInterval)) return;
    this.#lastProgress = now;
    const { loss, samples, ...metrics } = await measurement.read();
    const progress = {
      ...{ phase, epoch: this.epoch, epochs: this.epochs, batch, batches, loss, metrics },
      samplesPerSecond: samples / Math.max(watch.seconds, 1e-9),
      secondsLeft: this.#pace.secondsLeft(this.update),
    };
    for (const callback of this.#parts.callbacks) await callback.onProgress?.(progress, this);
  }
}
