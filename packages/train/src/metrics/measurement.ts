import {
  type Operand,
  type Tensor,
  type Variable,
  ShapeError,
  ValueError,
  formatShape,
  mul,
  noGrad,
} from "@minima/tensor";
import { checkMethods } from "../checks.ts";
import type { MetricValues, Metrics } from "./metric.ts";
import { RunningSum } from "./running-sum.ts";

/** What a pass over data measured. */
export type Measured<M extends Metrics> = { readonly loss: number; readonly samples: number } & MetricValues<M>;

/** Names that results use themselves. */
const reserved = ["loss", "samples"];

/** Throws for what is no metric, and for names of metrics that results could not hold. */
export function checkMetrics(caller: string, metrics: Metrics): void {
  for (const [name, metric] of Object.entries(metrics)) {
    checkMethods(`${caller}: metric ${name}`, metric, ["measure", "value"], "one such as accuracy()");
    if (reserved.includes(name) || !/^[a-z]\w*$/i.test(name)) {
      throw new ValueError(
        `metrics: "${name}" cannot be the name of a metric; use letters and digits, other than ${reserved.join(", ")}`,
      );
    }
  }
}

/** Collects loss and metrics over the batches of a pass without reading anything back until asked. */
export class Measurement<M extends Metrics> {
  readonly #metrics: M;
  readonly #loss = new RunningSum("loss");
  readonly #sums: readonly [keyof M, RunningSum][];
  #samples = 0;

  constructor(metrics: M) {
    this.#metrics = metrics;
    this.#sums = Object.keys(metrics).map((name) => [name, new RunningSum(`metric ${name}`)]);
  }

  get samples(): number {
    return this.#samples;
  }

  /** The sums, once the first batch has made them. */
  *variables(): Generator<Variable> {
    for (const sum of this.#allSums()) if (sum.variable !== null) yield sum.variable;
  }

  /**
   * Adds a batch to the pending graph.
   *
   * @param loss - The mean over the batch.
   * @param size - Rows of the batch.
   */
  add(output: Tensor, target: Tensor, loss: Tensor, size: Operand): void {
    if (loss.size !== 1) {
      throw new ShapeError(
        `loss: the loss function returned shape ${formatShape(loss.shape)}; it must return the mean over the batch`,
      );
    }
    noGrad(() => {
      this.#loss.add(mul(loss, size));
      for (const [name, sum] of this.#sums) sum.add(this.#metrics[name].measure(output, target));
    });
  }

  /** Call after the program of each batch, with its rows. */
  async settle(size: number): Promise<void> {
    this.#samples += size;
    for (const sum of this.#allSums()) await sum.settle();
  }

  /** Starts another pass. */
  reset(): void {
    this.#samples = 0;
    for (const sum of this.#allSums()) sum.reset();
  }

  /** Sum of the losses of all rows so far. */
  async lossTotal(): Promise<number> {
    return (await this.#loss.read())[0];
  }

  /** Means and values so far. */
  async read(): Promise<Measured<M>> {
    const samples = this.#samples;
    const values: Record<string, unknown> = { loss: (await this.lossTotal()) / samples, samples };
    for (const [name, sum] of this.#sums) values[String(name)] = this.#metrics[name].value(await sum.read(), samples);
    return values as Measured<M>; // the loop over the names builds just this
  }

  #allSums(): RunningSum[] {
    return [this.#loss, ...this.#sums.map(([, sum]) => sum)];
  }
}
