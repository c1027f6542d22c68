import { MinimaError } from "@minima/tensor";
import type { CpuMemory } from "../memory/memory.ts";
import { control, controlWords } from "./control.js";
import { type Kernel, Kernels } from "./kernels.ts";
import { type Thread, startThread } from "./start.ts";

/** No part takes this long: a thread that has not finished by then is gone. */
const lostAfterMs = 30_000;
/** How many checks of the count of finished parts before the clock is looked at. */
const checksPerLook = 1 << 20;

/** Writes the arguments of a part into `words` from `at` on. */
export type WriteArguments = (words: Int32Array, at: number, part: number) => void;

/** Threads that share the WebAssembly memory and the parts of jobs. The calling thread does its share. */
export class ThreadPool {
  /** Threads, the calling one included. */
  readonly size: number;
  readonly kernels: Kernels;
  readonly #words: Int32Array;
  readonly #threads: Thread[];
  #job = 0;

  constructor(memory: CpuMemory, size: number, options: { readonly workerUrl?: URL | string | undefined }) {
    this.size = size;
    const block = memory.allocate(controlWords * 4);
    this.#words = new Int32Array(memory.memory.buffer, block.address, controlWords).fill(0);
    this.kernels = new Kernels(memory, this.#words);
    const start = { memory: memory.memory, address: block.address };
    this.#threads = Array.from({ length: size - 1 }, (_, i) =>
      startThread({ ...start, index: i + 1 }, options.workerUrl),
    );
  }

  /** Threads that are ready, without the calling one. */
  get started(): number {
    return Atomics.load(this.#words, control.started);
  }

  /**
   * Runs a kernel once for each part; on return all parts are done. Which thread runs which part is open, so parts must
   * not depend on one another. Behind its arguments a kernel is given the number of the thread that runs it, below
   * `size`, by which it can find a workspace that it shares with no other.
   */
  run(kernel: Kernel, parts: number, argumentCount: number, write: WriteArguments): void {
    const words = this.#words;
    const job = (this.#job = (this.#job + 1) & 0xffff);
    for (let part = 0; part < parts; part++) write(words, control.arguments + part * argumentCount, part);
    words[control.kernel] = kernel.id;
    words[control.argumentCount] = argumentCount;
    Atomics.store(words, control.done, 0);
    Atomics.store(words, control.size, (job << 16) | parts);
    Atomics.store(words, control.ticket, job << 16);
    Atomics.add(words, control.job, 1);
    Atomics.notify(words, control.job);
    for (;;) {
      const part = Atomics.add(words, control.ticket, 1) & 0xffff;
      if (part >= parts) break;
      const first = control.arguments + part * argumentCount;
      kernel.call(...words.subarray(first, first + argumentCount), 0);
      Atomics.add(words, control.done, 1);
    }
    this.#join(parts);
  }

  /** Ends the threads. */
  dispose(): void {
    Atomics.store(this.#words, control.stop, 1);
    Atomics.add(this.#words, control.job, 1);
    Atomics.notify(this.#words, control.job);
    for (const thread of this.#threads) thread.terminate();
  }

  #join(parts: number): void {
    const words = this.#words;
    let checks = 0;
    let since = 0;
    while (Atomics.load(words, control.done) < parts) {
      if (++checks % checksPerLook !== 0) continue;
      since ||= performance.now();
      if (performance.now() - since > lostAfterMs) {
        throw new MinimaError(
          "cpu: a worker thread stopped in the middle of its work; make a new backend, with cpu({ threads: 1 }) if it " +
            "happens again",
        );
      }
    }
    const length = Atomics.load(words, control.failed);
    if (length === 0) return;
    const message = new TextDecoder().decode(
      Uint8Array.from(words.subarray(control.message, control.message + length)),
    );
    Atomics.store(words, control.failed, 0);
    throw new MinimaError(`cpu: a worker thread could not run its part of a kernel: ${message}`);
  }
}
