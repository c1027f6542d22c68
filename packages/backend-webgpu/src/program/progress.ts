/** How far the pipelines that are being compiled have come. */
export interface CompileProgress {
  /** Pipelines that are done, of those asked for since none was on its way. */
  readonly compiled: number;
  /** How many were asked for since then; it grows when another program needs some. */
  readonly total: number;
  /** The kernel of the pipeline that was done last. */
  readonly label: string;
}

/** Counts pipelines from the first that is asked for until none is on its way any more. */
export class ProgressCounter {
  readonly #listener: ((progress: CompileProgress) => void) | undefined;
  #compiled = 0;
  #total = 0;

  constructor(listener: ((progress: CompileProgress) => void) | undefined) {
    this.#listener = listener;
  }

  /** Notes a pipeline that is on its way. */
  start(): void {
    this.#total++;
  }

  /** Notes that one is there, or has failed. */
  finish(label: string): void {
    const progress = { compiled: ++this.#compiled, total: this.#total, label };
    if (progress.compiled === progress.total) this.#compiled = this.#total = 0;
    const listener = this.#listener;
    // On its own, so that what it throws is reported as its error and fails no program.
    if (listener !== undefined) queueMicrotask(() => listener(progress));
  }
}
