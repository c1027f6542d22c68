import { ValueError } from "@minima/tensor";
import type { EvaluationRecord } from "../history.ts";
import type { Better } from "../metrics/metric.ts";
import type { Training } from "./callback.ts";

/** What to watch, and what counts as an improvement. */
export interface MonitorOptions {
  /** A figure of the evaluations: "validationLoss" (default), or "validationAccuracy" with a metric `accuracy`. */
  readonly monitor?: string | undefined;
  /** Which values are better; known for the loss and for metrics that say it. */
  readonly better?: Better | undefined;
  /** How much better than the best so far a value must be; default 0, any improvement. */
  readonly minDelta?: number | undefined;
}

/** The names of the options. */
export const monitorOptions: Readonly<Record<keyof MonitorOptions, true>> = {
  monitor: true,
  better: true,
  minDelta: true,
};

/** Watches one figure of the evaluations for improvements. */
export class Monitor {
  readonly name: string;
  readonly #caller: string;
  readonly #minDelta: number;
  readonly options: MonitorOptions;
  #better: Better = "lower";
  #best: number | null = null;

  constructor(caller: string, options: MonitorOptions) {
    const { monitor = "validationLoss", better, minDelta = 0 } = options;
    if (typeof monitor !== "string") throw new ValueError(`${caller}: monitor ${String(monitor)} must be a name`);
    if (![undefined, "higher", "lower"].includes(better)) {
      throw new ValueError(`${caller}: better ${String(better)} must be "higher" or "lower"`);
    }
    if (!(minDelta >= 0 && minDelta < Infinity)) {
      throw new ValueError(`${caller}: minDelta must be a finite number from 0 up, got ${minDelta}`);
    }
    this.name = monitor;
    this.#caller = caller;
    this.options = { monitor, better, minDelta };
    this.#minDelta = minDelta;
  }

  /** Starts anew; throws if the training will not give the figure. */
  start(training: Training): void {
    const { monitors } = training;
    if (monitors.size === 0) {
      throw new ValueError(`${this.#caller}: there is nothing to watch; give fit() validation data`);
    }
    if (!monitors.has(this.name)) {
      throw new ValueError(
        `${this.#caller}: evaluations have no figure "${this.name}"; they have ${[...monitors.keys()].join(", ")}`,
      );
    }
    const better = this.options.better ?? monitors.get(this.name);
    if (better === undefined) {
      throw new ValueError(
        `${this.#caller}: say with better: "higher" or "lower" which values of ${this.name} are better`,
      );
    }
    this.#better = better;
    this.#best = null;
  }

  /** The value in a record. */
  valueOf(record: EvaluationRecord): number {
    return (record as Readonly<Record<string, number>>)[this.name];
  }

  /** Whether a record is better than the best so far by more than `minDelta`; it is the best then. NaN never is. */
  improves(record: EvaluationRecord): boolean {
    const value = this.valueOf(record);
    if (Number.isNaN(value)) return false;
    if (this.#best !== null) {
      const gain = this.#better === "lower" ? this.#best - value : value - this.#best;
      if (!(gain > this.#minDelta)) return false;
    }
    this.#best = value;
    return true;
  }
}
