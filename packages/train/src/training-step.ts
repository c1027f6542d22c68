import { backward } from "@minima/autograd";
import type { Batch } from "@minima/data";
import { BatchProgram } from "./batch-program.ts";
import type { Evaluated } from "./evaluation.ts";
import type { Measurement } from "./metrics/measurement.ts";
import type { ScalarMetrics } from "./metrics/metric.ts";
import type { OptimizerLike } from "./optimizer-like.ts";

/** What learns, and how. */
export interface Trained<M extends ScalarMetrics> extends Evaluated<M> {
  readonly optimizer: OptimizerLike;
}

/** Forward pass, gradients, update and measuring, run as one program. */
export class TrainingStep<M extends ScalarMetrics> {
  readonly #trained: Trained<M>;
  readonly #measurement: Measurement<M>;
  readonly #program: BatchProgram;

  constructor(trained: Trained<M>, measurement: Measurement<M>) {
    const { model, loss, optimizer, state } = trained;
    this.#trained = trained;
    this.#measurement = measurement;
    this.#program = new BatchProgram({
      build: (inputs, targets, size) => {
        this.#forgetGradients();
        const output = model.forward(inputs);
        const value = loss(output, targets);
        backward(value);
        measurement.add(output, targets, value, size);
        return optimizer.step();
      },
      state: state === null ? null : [...state, measurement],
    });
  }

  async run(batch: Batch): Promise<void> {
    await this.#program.run(batch);
    this.#forgetGradients();
    await this.#measurement.settle(batch.size);
  }

  /** Those of the model too: the optimizer may train a part of it only. */
  #forgetGradients(): void {
    this.#trained.optimizer.zeroGrad();
    this.#trained.model.zeroGrad();
  }
}
