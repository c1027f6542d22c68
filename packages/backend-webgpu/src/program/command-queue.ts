/**
 * Runs commands in the order of the calls: at once, unless a program before them still waits for its pipelines. Then
 * they wait too, so that writes, programs and reads take effect in order and buffers can be reused at once.
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

  /**
   * Runs a command after those before it.
   *
   * @param ready - What else it waits for; must not reject.
   */
  run(command: () => void, ready: Promise<void> | null = null): void {
    if (this.#last === null && ready === null) {
      command();
      return;
    }
    this.#waiting++;
    this.#last = this.#runLater(command, this.#last, ready);
  }

  async #runLater(command: () => void, before: Promise<void> | null, ready: Promise<void> | null): Promise<void> {
    await before;
    await ready;
    try {
      command();
    } catch (error) {
      this.#onError(error);
    }
    if (--this.#waiting === 0) this.#last = null;
  }
}
