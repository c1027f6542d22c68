/** Programs that may be on their way at a time: enough to keep a device busy, and more would only hold memory. */
const mostRunning = 3;

/** The programs that have been submitted and may still run. */
export class Backlog {
  readonly #queue: GPUQueue;
  readonly #running: Promise<void>[] = [];

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  /** How many there are. */
  get count(): number {
    return this.#running.length;
  }

  /** Resolves when one of too many is done; null if there is room for another. Never rejects. */
  get full(): Promise<void> | null {
    const excess = this.#running.length - mostRunning;
    return excess < 0 ? null : this.#running[excess];
  }

  /** Notes a submit. */
  add(): void {
    const forget = (): void => void this.#running.splice(this.#running.indexOf(done), 1);
    const done: Promise<void> = this.#queue.onSubmittedWorkDone().then(forget, forget);
    this.#running.push(done);
  }
}
