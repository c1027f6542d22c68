import type { Callback, EpochRecord, Progress } from "@minima/train";
import { clock, decimals, duration } from "./format.ts";
import { LiveLine } from "./live-line.ts";
import type { Output } from "./output.ts";

/** Without a terminal a line is written when an epoch has run for so many milliseconds. */
const plainInterval = 10_000;

/** Shows how training goes: a live line in a terminal, and a line for each epoch. */
export class TrainingDisplay implements Callback {
  readonly #output: Output;
  readonly #live: LiveLine;
  #lastLine = performance.now();

  constructor(output: Output) {
    this.#output = output;
    this.#live = new LiveLine(output.live);
  }

  onProgress(progress: Progress): void {
    if (this.#output.live !== null) {
      this.#live.show({ fraction: progress.batch / progress.batches, text: describe(progress) });
    } else if (performance.now() - this.#lastLine >= plainInterval) {
      this.say(`${describe(progress)} (batch ${progress.batch} of ${progress.batches})`);
    }
  }

  /** Kernels for a GPU are compiled when they are first needed, which may take seconds. */
  compiling({ compiled, total }: { readonly compiled: number; readonly total: number }): void {
    this.#live.show({ fraction: compiled / total, text: `compiling kernels, ${compiled} of ${total}` });
    if (compiled === total) this.#live.clear();
  }

  onEpochEnd(record: EpochRecord, { epochs }: { readonly epochs: number }): void {
    const figures = [`loss ${decimals(record.trainLoss)}, accuracy ${decimals(record["trainAccuracy"])}`];
    if (record.validationLoss !== null) {
      const accuracy = decimals(record["validationAccuracy"]);
      figures.push(`validation loss ${decimals(record.validationLoss)}, accuracy ${accuracy}`);
    }
    figures.push(`${duration(record.seconds)}, ${Math.round(record.samplesPerSecond)} samples/s`);
    this.say(`epoch ${String(record.epoch).padStart(String(epochs).length)}/${epochs}  ${figures.join(" | ")}`);
  }

  onFitEnd(): void {
    this.#live.clear();
  }

  /** Writes a line above the live one. */
  say(line: string): void {
    this.#live.clear();
    this.#lastLine = performance.now();
    this.#output.say(line);
  }
}

function describe(progress: Progress): string {
  const { phase, epoch, epochs, loss, metrics, samplesPerSecond, secondsLeft } = progress;
  const figures = `loss ${decimals(loss)}, accuracy ${decimals(metrics["accuracy"])}`;
  const speed = `${Math.round(samplesPerSecond)} samples/s`;
  const left = secondsLeft === null ? "" : `, ${clock(secondsLeft)} left`;
  return `epoch ${epoch}/${epochs}  ${phase === "validation" ? "validation " : ""}${figures}, ${speed}${left}`;
}
