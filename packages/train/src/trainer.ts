import type { Module } from "@minima/layers";
import { type HasVariables, checkOptions } from "@minima/tensor";
import type { BatchSource } from "./batch-source.ts";
import type { Callback } from "./callbacks/callback.ts";
import { checkBatches, checkCallbacks, checkMethods, checkSignal } from "./checks.ts";
import { Evaluation, type LossFunction } from "./evaluation.ts";
import { Fit } from "./fit.ts";
import { type FitOptions, checkFitOptions } from "./fit-options.ts";
import type { History } from "./history.ts";
import { type Measured, checkMetrics } from "./metrics/measurement.ts";
import type { Metrics, ScalarMetrics } from "./metrics/metric.ts";
import { type OptimizerLike, hasVariables, stateOf } from "./optimizer-like.ts";

/** Options of {@link Trainer}. */
export interface TrainerOptions<M extends ScalarMetrics> {
  readonly model: Module;
  /** Updates the model's parameters; any of `@minima/optim`. */
  readonly optimizer: OptimizerLike;
  /** The mean loss of a batch from the model's output and the target, such as `crossEntropy`. */
  readonly loss: LossFunction;
  /** Figures to follow beside the loss, by the names they get in records. */
  readonly metrics?: M | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  /**
   * Record the step once for each shape of batches and replay it (default), which gives the same bits without building
   * a graph for every batch. Turn it off for a model or loss that reads values, or depends on anything that changes
   * other than its variables and settings. With an optimizer without `variables()` nothing is compiled.
   */
  readonly compile?: boolean | undefined;
}

/** Options of `Trainer.evaluate`. */
export interface EvaluateOptions<Extra extends Metrics> {
  /** Further metrics, whose values may be anything: a confusion matrix, say. */
  readonly metrics?: Extra | undefined;
  /** Ends the evaluation, which throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a model: for each batch forward pass, loss, gradients and update, as one program.
 *
 * ```ts
 * const trainer = new Trainer({ model, optimizer, loss: crossEntropy, metrics: { accuracy: accuracy() } });
 * const history = await trainer.fit(trainLoader, { epochs: 10, validation, callbacks: [earlyStopping({ patience: 3 })] });
 * const { loss, accuracy } = await trainer.evaluate(testLoader);
 * ```
 */
export class Trainer<M extends ScalarMetrics = Record<never, never>> {
  readonly model: Module;
  readonly optimizer: OptimizerLike;
  readonly loss: LossFunction;
  readonly metrics: M;
  readonly callbacks: readonly Callback[];
  readonly compile: boolean;

  /** @throws ValueError for options that do not exist, or are not what they must be. */
  constructor(options: TrainerOptions<M>) {
    checkOptions<TrainerOptions<M>>("Trainer", options, {
      model: true,
      optimizer: true,
      loss: true,
      metrics: true,
      callbacks: true,
      compile: true,
    });
    const { model, optimizer, loss, callbacks } = options;
    checkMethods("Trainer: the model", model, ["forward", "modules"], "a Module");
    checkMethods("Trainer: the optimizer", optimizer, ["step", "zeroGrad"], "one such as new Adam(model.parameters())");
    checkMethods("Trainer: the loss", loss, ["call"], "a function such as crossEntropy");
    checkCallbacks("Trainer", callbacks);
    this.model = options.model;
    this.optimizer = options.optimizer;
    this.loss = options.loss;
    this.metrics = options.metrics ?? ({} as M); // left out only where M has no members
    this.callbacks = options.callbacks ?? [];
    this.compile = options.compile ?? true;
    checkMetrics("Trainer", this.metrics);
  }

  /**
   * Trains for some epochs, and returns what was reached. Called again, it goes on with the parameters as they are.
   *
   * While it runs the model is in training mode, for evaluations in evaluation mode; afterwards in the mode it had.
   *
   * @param data - The training data; each iteration is an epoch.
   * @throws ValueError for options that do not exist or are out of range; TraceError if the step cannot be recorded (see `compile`); whatever
   *   the model, the loss, the data or a callback throws.
   */
  async fit(data: BatchSource, options: FitOptions): Promise<History<M>> {
    checkFitOptions(data, options);
    const callbacks = [...this.callbacks, ...(options.callbacks ?? [])];
    const { model, optimizer, loss, metrics } = this;
    return await new Fit({ model, optimizer, loss, metrics, state: this.#state, callbacks }, data, options).run();
  }

  /**
   * Loss and metrics on some data, with dropout and the like off. The loss is the mean over the rows.
   *
   * @throws the reason of the signal if it is aborted.
   */
  async evaluate<Extra extends Metrics = Record<never, never>>(
    data: BatchSource,
    options: EvaluateOptions<Extra> = {},
  ): Promise<Measured<M & Extra>> {
    const { signal } = options;
    checkOptions<EvaluateOptions<Extra>>("evaluate", options, { metrics: true, signal: true });
    checkBatches("evaluate: the data", data);
    checkSignal("evaluate", signal);
    const metrics = { ...this.metrics, ...options.metrics } as M & Extra; // later names win, as in the type
    checkMetrics("evaluate", metrics);
    const { model, loss } = this;
    const measured = await new Evaluation({ model, loss, metrics, state: this.#state }).run(data, { signal });
    if (measured === null) throw signal?.reason; // nothing else ends a pass
    return measured;
  }

  /** The optimizer may have variables that are not the model's, but used by the loss. */
  get #state(): readonly HasVariables[] | null {
    const { model, optimizer, compile } = this;
    return compile && hasVariables(optimizer) ? [model, stateOf(optimizer)] : null;
  }
}
