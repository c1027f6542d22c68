/** The submits that may still run. */
export class Backlog {
  readonly #queue: GPUQueue;
  readonly #running: Promise<void>[] = [];

  constructor(queue: GPUQueue) {
    this.#queue = queue;
  }

  /** Notes a submit. */
  add(): void {
    const forget = (): void => void this.#running.splice(this.#running.indexOf(done), 1);
    const done: Promise<void> = this.#queue.onSubmittedWorkDone().then(forget, forget);
    this.#running.push(done);
  }

  /** Resolves when fewer than `count` are left. */
  async below(count: number): Promise<void> {
    await this.#running[this.#running.length - count];
  }
}
