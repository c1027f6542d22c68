import type { StateDict } from "@minima/layers";
import { checkOptions } from "@minima/tensor";
import type { Callback } from "./callback.ts";
import { Monitor, type MonitorOptions, monitorOptions } from "./monitor.ts";

/**
 * Keeps the parameters of the best evaluation, and gives them back to the model when training ends, whether it
 * finished or was interrupted. Before the first evaluation there is nothing to give back.
 */
export function keepBest(options: MonitorOptions = {}): Callback {
  checkOptions("keepBest", options, monitorOptions);
  const monitor = new Monitor("keepBest", options);
  let parameters: StateDict | null = null;
  return {
    onFitStart(training) {
      monitor.start(training);
      parameters = null;
    },
    onEvaluation(record, training) {
      if (!monitor.improves(record)) return;
      parameters = training.model.stateDict();
      const { epoch, update } = record;
      training.best = { epoch, update, monitor: monitor.name, value: monitor.valueOf(record) };
    },
    onFitEnd(_history, training) {
      if (parameters !== null) training.model.loadStateDict(parameters);
      parameters = null;
    },
  };
}
