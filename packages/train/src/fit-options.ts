import { ValueError } from "@minima/tensor";
import type { BatchSource } from "./batch-source.ts";
import type { Callback } from "./callbacks/callback.ts";

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

/** Throws for options out of range. */
export function checkFitOptions(options: FitOptions): void {
  const { epochs, evaluateEvery, progressInterval } = options;
  checkCount("epochs", epochs);
  if (evaluateEvery !== undefined) {
    if ("updates" in evaluateEvery) checkCount("evaluateEvery.updates", evaluateEvery.updates);
    else checkCount("evaluateEvery.epochs", evaluateEvery.epochs);
  }
  if (progressInterval !== undefined && !(progressInterval >= 0)) {
    throw new ValueError(`fit: progressInterval must be a number of milliseconds from 0 up, got ${progressInterval}`);
  }
}

function checkCount(option: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ValueError(`fit: ${option} must be a whole number from 1 up, got ${value}`);
}
