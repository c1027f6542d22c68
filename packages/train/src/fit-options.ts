import { ValueError, checkInteger, checkOptions } from "@minima/tensor";
import type { BatchSource } from "./batch-source.ts";
import type { Callback } from "./callbacks/callback.ts";
import { checkBatches, checkCallbacks, checkSignal } from "./checks.ts";

/** How often to evaluate: after every so many epochs, or after every so many updates. */
export type EvaluateEvery = { readonly epochs: number } | { readonly updates: number };

/** Options of `Trainer.fit`. */
export interface FitOptions {
  /** Passes over the training data. */
  readonly epochs: number;
  /** Data to evaluate on while training; nothing is learnt from them. */
  readonly validation?: BatchSource | undefined;
  /** How often to evaluate on them; default after each epoch. */
  readonly evaluateEvery?: EvaluateEvery | undefined;
  /** Ends the training after the step under way; `fit` then returns what it reached and does not throw. */
  readonly signal?: AbortSignal | undefined;
  /** Further callbacks, for this training alone; they come after those of the trainer. */
  readonly callbacks?: readonly Callback[] | undefined;
  /** Milliseconds at least from one `onProgress` to the next, default 100. Each reads a few numbers back. */
  readonly progressInterval?: number | undefined;
}

/** Throws for data or options that do not exist or are out of range. */
export function checkFitOptions(data: BatchSource, options: FitOptions): void {
  checkOptions("fit", options, {
    epochs: true,
    validation: true,
    evaluateEvery: true,
    signal: true,
    callbacks: true,
    progressInterval: true,
  });
  const { epochs, validation, evaluateEvery, signal, callbacks, progressInterval } = options;
  checkBatches("fit: the data", data);
  checkInteger("fit", "epochs", epochs, 1);
  if (validation !== undefined) checkBatches("fit: validation", validation);
  if (evaluateEvery !== undefined) {
    const unit = "updates" in Object(evaluateEvery) ? "updates" : "epochs";
    checkOptions<EvaluateEvery>("fit: evaluateEvery", evaluateEvery, { [unit]: true });
    checkInteger("fit", `evaluateEvery.${unit}`, (evaluateEvery as Record<string, number>)[unit], 1);
  }
  checkSignal("fit", signal);
  checkCallbacks("fit", callbacks);
  if (progressInterval !== undefined && !(progressInterval >= 0)) {
    throw new ValueError(`fit: progressInterval must be a number of milliseconds from 0 up, got ${progressInterval}`);
  }
}
