import { checkInteger, checkOptions } from "@minima/tensor";
import type { Callback } from "./callback.ts";
import { keepBest } from "./keep-best.ts";
import { Monitor, type MonitorOptions, monitorOptions } from "./monitor.ts";

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Training stops after this many evaluations in a row without improvement. */
  readonly patience: number;
  /** Give the model the parameters of the best evaluation when training ends (default), instead of the last ones. */
  readonly restoreBest?: boolean | undefined;
}

/**
 * Early stopping: training ends after `patience` evaluations in a row that were no improvement, and the parameters are
 * those of the best evaluation, not the last (Goodfellow, Bengio, Courville 2016, "Deep Learning", algorithm 7.1). How
 * many updates or epochs lie between two evaluations is up to `fit`'s `evaluateEvery`.
 *
 * @throws ValueError for options that do not exist or are out of range; when training starts, if there is no such figure.
 */
export function earlyStopping(options: EarlyStoppingOptions): Callback {
  const { patience, restoreBest = true } = options;
  checkOptions("earlyStopping", options, { ...monitorOptions, patience: true, restoreBest: true });
  checkInteger("earlyStopping", "patience", patience, 1);
  const monitor = new Monitor("earlyStopping", options);
  const keeper = restoreBest ? keepBest(monitor.options) : null;
  let withoutImprovement = 0;
  return {
    async onFitStart(training) {
      monitor.start(training);
      withoutImprovement = 0;
      await keeper?.onFitStart?.(training);
    },
    async onEvaluation(record, training) {
      await keeper?.onEvaluation?.(record, training);
      withoutImprovement = monitor.improves(record) ? 0 : withoutImprovement + 1;
      if (withoutImprovement >= patience) training.stop();
    },
    async onFitEnd(history, training) {
      await keeper?.onFitEnd?.(history, training);
    },
  };
}
