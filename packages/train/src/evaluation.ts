import type { Module } from "@minima/layers";
import { type HasVariables, type Tensor, ValueError, noGrad } from "@minima/tensor";
import { BatchProgram } from "./batch-program.ts";
import type { BatchSource } from "./batch-source.ts";
import { type Measured, Measurement } from "./metrics/measurement.ts";
import type { Metrics } from "./metrics/metric.ts";

/** A loss function: the mean over the batch, a scalar. */
export type LossFunction = (output: Tensor, target: Tensor) => Tensor;

/** What is evaluated, by what, and how. */
export interface Evaluated<M extends Metrics> {
  readonly model: Module;
  readonly loss: LossFunction;
  readonly metrics: M;
  /** All that has variables which model or loss may use; null if nothing is to be compiled. */
  readonly state: readonly HasVariables[] | null;
}

/** Options of a pass over data. */
export interface PassOptions<M extends Metrics> {
  readonly signal?: AbortSignal | undefined;
  /** Called after each batch with how many there were. */
  readonly onBatch?: ((measurement: Measurement<M>, batches: number) => void | Promise<void>) | undefined;
}

/** Passes over data without training: dropout and the like are off, no gradients. */
export class Evaluation<M extends Metrics> {
  readonly #model: Module;
  readonly #measurement: Measurement<M>;
  readonly #program: BatchProgram;

  constructor({ model, loss, metrics, state }: Evaluated<M>) {
    const measurement = new Measurement(metrics);
    this.#model = model;
    this.#measurement = measurement;
    this.#program = new BatchProgram({
      build(inputs, targets, size) {
        noGrad(() => {
          const output = model.forward(inputs);
          measurement.add(output, targets, loss(output, targets), size);
        });
      },
      state: state === null ? null : [...state, measurement],
    });
  }

  /**
   * One pass.
   *
   * @returns null if the signal was aborted before the last batch.
   */
  async run(data: BatchSource, { signal, onBatch }: PassOptions<M> = {}): Promise<Measured<M> | null> {
    const measurement = this.#measurement;
    const wasTraining = this.#model.training;
    let batches = 0;
    measurement.reset();
    this.#model.eval();
    try {
      for await (const batch of data) {
        if (signal?.aborted === true) return null;
        await this.#program.run(batch);
        await measurement.settle(batch.size);
        batches++;
        await onBatch?.(measurement, batches);
      }
    } finally {
      this.#model.train(wasTraining);
    }
    if (batches === 0) throw new ValueError("evaluate: the data gave no batch");
    return await measurement.read();
  }
}
