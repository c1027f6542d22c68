import { ValueError } from "../errors.ts";

let gradEnabled = true;

/** Whether operations on tensors that require gradients record history now. */
export function isGradEnabled(): boolean {
  return gradEnabled;
}

/** Runs a synchronous function with history recording set to `enabled`, and restores it after. */
export function withGradMode<T>(enabled: boolean, fn: () => T): T {
  const before = gradEnabled;
  gradEnabled = enabled;
  try {
    const result = fn();
    if (typeof result === "object" && result !== null && "then" in result) {
      throw new ValueError("noGrad/enableGrad: the function must be synchronous; await outside of it");
    }
    return result;
  } finally {
    gradEnabled = before;
  }
}

/** Runs `fn` without recording history: for evaluation and for updates. */
export function noGrad<T>(fn: () => T): T {
  return withGradMode(false, fn);
}
