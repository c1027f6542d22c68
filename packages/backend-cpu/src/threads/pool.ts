import { MinimaError } from "@minima/tensor";
import type { CpuMemory } from "../memory/memory.ts";
import { Balance } from "./balance.ts";
import { control, controlWords } from "./control.js";
import { Crew } from "./crew.ts";
import { type Kernel, Kernels } from "./kernels.ts";
import { waitWhile } from "./wait.ts";

/** A part is given up for lost after so long, and not before it has taken so many times what this thread took for its own. */
const defaultLostAfterMs = 10_000;
const lostAfterTimes = 20;

export interface PoolOptions {
  readonly workerUrl?: URL | string | undefined;
  /** How long a part may take, in milliseconds, until it is given up for lost; default 10 s. */
  readonly lostAfterMs?: number;
  /** How much time threads may have cost before they are left alone for a while, in milliseconds; default 2. */
  readonly debtMs?: number;
}

/** Writes the arguments of a part into `words` from `at` on. */
export type WriteArguments = (words: Int32Array, at: number, part: number) => void;

/**
 * Threads that share the WebAssembly memory and the parts of jobs. The calling thread does its share; the others are
 * started when there has been enough to share. The pool works with those that are there, one at the least.
 */
export class ThreadPool {
  /** Threads when all are there, the calling one included. */
  readonly size: number;
  readonly kernels: Kernels;
  readonly #words: Int32Array;
  readonly #crew: Crew;
  readonly #balance: Balance;
  readonly #lostAfterMs: number;
  /** Rows of arguments by their length. */
  readonly #rows: number[][] = [];
  #job = 0;

  constructor(memory: CpuMemory, size: number, options: PoolOptions) {
    this.size = size;
    this.#balance = new Balance(options.debtMs);
    this.#lostAfterMs = options.lostAfterMs ?? defaultLostAfterMs;
    const { address } = memory.allocate(controlWords * 4);
    this.#words = new Int32Array(memory.memory.buffer, address, controlWords).fill(0);
    this.#crew = new Crew(this.#words, size - 1, { memory: memory.memory, address }, options.workerUrl);
    this.kernels = new Kernels(memory, () => this.#crew.isBusy);
  }

  /** Threads that are up, the calling one included. */
  get started(): number {
    return 1 + this.#crew.up;
  }

  /**
   * Runs a kernel once for each part; on return all parts are done. Which thread runs which part is open, so parts must
   * not depend on one another. Behind its arguments a kernel is given the number of the thread that runs it, below
   * `size`, by which it can find a workspace that it shares with no other.
   *
   * @throws MinimaError if a part cannot be run; no thread is at work on any part then
   */
  run(kernel: Kernel, parts: number, argumentCount: number, write: WriteArguments): void {
    const words = this.#words;
    const most = Math.floor((control.message - control.arguments) / argumentCount);
    for (let first = 0; first < parts; first += most) {
      const count = Math.min(most, parts - first);
      for (let i = 0; i < count; i++) write(words, control.arguments + i * argumentCount, first + i);
      const since = performance.now();
      if (this.#crew.size === 0 || this.#balance.isResting(since)) this.#runAlone(kernel, count, argumentCount);
      else this.#runTogether(kernel, count, argumentCount, since);
      if (this.#crew.isGrowing) this.#crew.noteWork(performance.now() - since);
    }
  }

  /** Ends the threads; the pool works on without them. */
  dispose(): void {
    Atomics.store(this.#words, control.stop, 1);
    Atomics.add(this.#words, control.job, 1);
    Atomics.notify(this.#words, control.job);
    this.#crew.dispose();
  }

  #runAlone(kernel: Kernel, parts: number, argumentCount: number): void {
    for (let part = 0; part < parts; part++) this.#call(kernel, part, argumentCount);
  }

  #runTogether(kernel: Kernel, parts: number, argumentCount: number, since: number): void {
    const words = this.#words;
    const job = this.#nextJob();
    words[control.module] = this.kernels.publish(kernel);
    words[control.kernel] = kernel.id;
    words[control.argumentCount] = argumentCount;
    Atomics.store(words, control.failed, 0);
    Atomics.store(words, control.done, 0);
    Atomics.store(words, control.size, (job << 16) | parts);
    Atomics.store(words, control.ticket, job << 16);
    Atomics.add(words, control.job, 1);
    if (Atomics.load(words, control.parked) !== 0) Atomics.notify(words, control.job, parts - 1);
    let limit = this.#lostAfterMs;
    let isWhole = false;
    let own = 0;
    try {
      for (;;) {
        const part = Atomics.add(words, control.ticket, 1) & 0xffff;
        if (part >= parts) break;
        this.#call(kernel, part, argumentCount);
        Atomics.add(words, control.done, 1);
        own++;
      }
      const ready = performance.now();
      let done = ready;
      if (Atomics.load(words, control.done) < parts) {
        limit = Math.max(limit, lostAfterTimes * (ready - since));
        this.#join(parts, limit);
        done = performance.now();
      }
      this.#balance.note(own, parts, since, ready, done);
      isWhole = true;
    } finally {
      Atomics.store(words, control.size, 0);
      if (!isWhole) this.#waitForIdle(limit);
    }
    this.#throwReported();
  }

  #call(kernel: Kernel, part: number, argumentCount: number): void {
    const row = (this.#rows[argumentCount] ??= new Array<number>(argumentCount).fill(0));
    const first = control.arguments + part * argumentCount;
    for (let i = 0; i < argumentCount; i++) row[i] = this.#words[first + i];
    kernel.call(...row, 0);
  }

  /** Numbers begin again after 65536 jobs; nobody may be left who still has an old one in mind. */
  #nextJob(): number {
    this.#job = (this.#job + 1) & 0xffff;
    if (this.#job === 0) this.#waitForIdle(this.#lostAfterMs);
    return this.#job;
  }

  /** Waits for the parts that others have drawn. */
  #join(parts: number, limit: number): void {
    const words = this.#words;
    Atomics.store(words, control.joining, 1);
    try {
      waitWhile(
        words,
        control.done,
        (done) => done < parts,
        (waitedMs) => this.#throwIfLost(waitedMs < limit),
      );
    } finally {
      Atomics.store(words, control.joining, 0);
    }
  }

  /** Waits until no other thread is at work. */
  #waitForIdle(limit: number): void {
    waitWhile(
      this.#words,
      control.stop,
      () => this.#crew.isBusy,
      (waitedMs) => this.#crew.dropBusy(waitedMs < limit),
    );
  }

  #throwIfLost(onlyEnded: boolean): void {
    if (this.#crew.dropBusy(onlyEnded) === 0) return;
    throw new MinimaError(
      "cpu: a worker thread was lost in the middle of its work, and with it what was being computed; what was there " +
        "before is as it was. Asked for again, it is computed by the threads that are left; cpu({ threads: 1 }) needs " +
        "no others",
    );
  }

  #throwReported(): void {
    const words = this.#words;
    const length = Atomics.load(words, control.failed);
    if (length === 0) return;
    const message = String.fromCharCode(...words.subarray(control.message, control.message + length));
    throw new MinimaError(`cpu: a worker thread could not run its part of a kernel: ${message}`);
  }
}
