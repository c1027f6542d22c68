import { control, thread } from "./control.js";
import { sayOnce } from "./say-once.ts";
import { type Thread, type ThreadStart, startThread } from "./start.ts";

/**
 * How many milliseconds of work that could have been shared pass before the first thread is started, and before each
 * further one. Starting one costs the process about as much: programs that end before do not pay for it.
 */
const firstAfterMs = 25;
const nextAfterMs = 5;

/** The worker threads of a pool, by number: when they start, and which are still there. */
export class Crew {
  readonly #start: Omit<ThreadStart, "index">;
  readonly #workerUrl: URL | string | undefined;
  readonly #words: Int32Array;
  readonly #threads = new Map<number, Thread>();
  /** Threads to be started yet. */
  #missing: number;
  #next = 1;
  #untilStart = firstAfterMs;

  constructor(
    words: Int32Array,
    count: number,
    start: Omit<ThreadStart, "index">,
    workerUrl: URL | string | undefined,
  ) {
    this.#words = words;
    this.#missing = count;
    this.#start = start;
    this.#workerUrl = workerUrl;
  }

  /** Threads that have been started and not ended. */
  get size(): number {
    return this.#threads.size;
  }

  /** Those of them that are up. */
  get up(): number {
    return [...this.#threads.keys()].filter((index) => this.#wordOf(index, thread.up) !== 0).length;
  }

  /** Whether threads are still to be started. */
  get isGrowing(): boolean {
    return this.#missing > 0;
  }

  /** Whether one of them may be reading or writing what a job has pointed to. */
  get isBusy(): boolean {
    for (const index of this.#threads.keys()) if (this.#wordOf(index, thread.busy) !== 0) return true;
    return false;
  }

  /** Notes how long the main thread has been at work that could be shared, and starts the next thread if it is time. */
  noteWork(milliseconds: number): void {
    this.#untilStart -= milliseconds;
    if (this.#untilStart > 0 || this.#missing === 0) return;
    this.#untilStart = nextAfterMs;
    this.#missing--;
    const index = this.#next++;
    try {
      const onEnd = (reason: string): void => this.#noteEnd(index, reason);
      this.#threads.set(index, startThread({ ...this.#start, index }, this.#workerUrl, onEnd));
    } catch (error) {
      this.#noteFailedStart(String(error));
    }
  }

  /** Ends those busy threads that are known to be gone, or all busy ones; returns how many. */
  dropBusy(onlyEnded: boolean): number {
    const before = this.#threads.size;
    for (const [index, { hasEnded, terminate }] of this.#threads) {
      if (this.#wordOf(index, thread.busy) === 0 || (onlyEnded && !hasEnded())) continue;
      this.#threads.delete(index);
      terminate();
      sayEnded("it did not come back from its work");
    }
    return before - this.#threads.size;
  }

  /** Ends all threads. */
  dispose(): void {
    this.#missing = 0;
    for (const { terminate } of this.#threads.values()) terminate();
    this.#threads.clear();
  }

  #noteEnd(index: number, reason: string): void {
    if (!this.#threads.delete(index)) return; // ended by this side, or told already
    if (this.#wordOf(index, thread.up) === 0) this.#noteFailedStart(reason);
    else sayEnded(reason);
  }

  /** One that cannot start will not be the last. */
  #noteFailedStart(reason: string): void {
    this.#missing = 0;
    sayOnce(
      `cpu: a worker thread does not start (${reason}); the work is done without it. If a bundler has lost its script, ` +
        "make @minima/backend-cpu/worker an entry named worker beside the program, or say where it lies: " +
        "cpu({ workerUrl }). cpu({ threads: 1 }) asks for one thread",
    );
  }

  #wordOf(index: number, word: number): number {
    return Atomics.load(this.#words, control.threads + index * thread.words + word);
  }
}

function sayEnded(reason: string): void {
  sayOnce(`cpu: a worker thread has ended (${reason}); the others do its work`);
}
