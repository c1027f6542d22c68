/** How fast a training goes. Times are milliseconds of `performance.now()`. */
export class Pace {
  readonly #updates: number;
  #firstDone: number | null = null;

  /** @param updates - How many the whole training makes. */
  constructor(updates: number) {
    this.#updates = updates;
  }

  /** Call after each update; the first, which also plans and compiles, does not count. */
  tick(): void {
    this.#firstDone ??= performance.now();
  }

  /** Estimated seconds until all updates are made; null while nothing is known. */
  secondsLeft(update: number): number | null {
    if (this.#firstDone === null || update < 2) return null;
    const each = (performance.now() - this.#firstDone) / 1000 / (update - 1);
    return each * Math.max(0, this.#updates - update);
  }
}

/** Adds up time, with pauses. */
export class Stopwatch {
  #milliseconds = 0;
  #since: number | null = performance.now();

  get seconds(): number {
    return (this.#milliseconds + (this.#since === null ? 0 : performance.now() - this.#since)) / 1000;
  }

  pause(): void {
    this.#milliseconds = this.seconds * 1000;
    this.#since = null;
  }

  resume(): void {
    this.#since ??= performance.now();
  }
}
