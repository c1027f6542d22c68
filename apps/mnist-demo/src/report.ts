import type { EvaluationRecord, History } from "@minima/train";
import { confusionTable } from "./confusion-table.ts";
import { decimals } from "./format.ts";
import { lossChart } from "./loss-chart.ts";

/** What the test images showed. */
export interface TestResult {
  readonly loss: number;
  readonly samples: number;
  readonly accuracy: number;
  readonly confusion: readonly (readonly number[])[];
}

/** How the training ended, in a line; null for one that ended as planned. */
export function describeEnd(history: Pick<History, "stopped" | "updates" | "best" | "epochs">): string | null {
  const { stopped, updates, best, epochs } = history;
  const kept =
    best === null
      ? null
      : `the parameters are those of epoch ${best.epoch} (validation accuracy ${decimals(best.value)})`;
  if (stopped === "interrupted")
    return `Interrupted after ${updates} updates; ${kept ?? "the parameters are the last ones"}.`;
  if (stopped === "early")
    return `Stopped early: no improvement any more; ${kept ?? "the parameters are the last ones"}.`;
  return best === null || best.epoch === epochs.length ? null : `Epoch ${best.epoch} was the best; ${kept}.`;
}

/** Test accuracy, confusion matrix and loss curve as text. */
export function finalReport(
  test: TestResult,
  classes: readonly string[],
  history: Pick<History, "lossCurve"> & { readonly evaluations: readonly EvaluationRecord[] },
): string {
  const chart = lossChart(history.lossCurve, history.evaluations);
  const diverged = history.lossCurve.some(({ loss }) => !Number.isFinite(loss));
  return [
    `Test accuracy ${decimals(test.accuracy)}, loss ${decimals(test.loss)} (${test.samples} images)`,
    "",
    "Confusion matrix (rows: the class, columns: what it was taken for)",
    confusionTable(test.confusion, classes),
    "",
    ...(chart === null ? [] : ["Loss", chart]),
    ...(diverged ? ["The loss became infinite or undefined; a lower --lr should help."] : []),
  ].join("\n");
}
