/** What a command waits for, beside those before it: null when for nothing any more. What it gives must not reject. */
export type Gate = () => Promise<void> | null;

const open: Gate = () => null;

/**
 * Runs commands in the order of the calls: at once, unless a program before them still waits, for its pipelines, its
 * memory or its turn. Then they wait too, so that writes, programs and reads take effect in order and buffers can be
 * reused at once.
 */
export class CommandQueue {
  readonly #onError: (error: unknown) => void;
  /** The last command that has to wait, while there is one. */
  #last: Promise<void> | null = null;
  #waiting = 0;

  /** @param onError - Takes what a command throws that had to wait. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Resolves when all commands so far have run; null if they have. */
  get pending(): Promise<void> | null {
    return this.#last;
  }

  /** Runs a command after those before it, when its gate is open. */
  run(command: () => void, gate: Gate = open): void {
    if (this.#last === null && gate() === null) {
      command();
      return;
    }
    this.#waiting++;
    this.#last = this.#runLater(command, this.#last, gate);
  }

  async #runLater(command: () => void, before: Promise<void> | null, gate: Gate): Promise<void> {
    await before;
    for (let wait = gate(); wait !== null; wait = gate()) await wait;
    try {
      command();
    } catch (error) {
      this.#onError(error);
    }
    if (--this.#waiting === 0) this.#last = null;
  }
}
