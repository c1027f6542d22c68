import type { CpuMemory } from "../memory/memory.ts";
import { control, record } from "./control.js";

/** A WebAssembly function that every thread has. */
export interface Kernel {
  readonly id: number;
  readonly call: (...args: number[]) => void;
}

/** Instantiates kernels, and leaves a record of each in memory, from which the other threads make their own. */
export class Kernels {
  readonly #memory: CpuMemory;
  readonly #words: Int32Array | null;
  #count = 0;
  #lastRecord: number | null = null;

  /** @param words - The control block, or null if there are no other threads. */
  constructor(memory: CpuMemory, words: Int32Array | null) {
    this.#memory = memory;
    this.#words = words;
  }

  /** The function `name` of a module that imports the memory. */
  add(bytes: Uint8Array<ArrayBuffer>, name: string): Kernel {
    return this.addAll(bytes, [name])[0];
  }

  /** Functions of one module that imports the memory. */
  addAll(bytes: Uint8Array<ArrayBuffer>, names: readonly string[]): Kernel[] {
    const { memory } = this.#memory;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const address = this.#words === null ? 0 : this.#store(bytes);
    return names.map((name) => {
      const call = instance.exports[name];
      if (typeof call !== "function") throw new TypeError(`the module exports no function ${name}`);
      if (this.#words !== null) this.#publish(this.#words, address, bytes.length, name);
      return { id: this.#count++, call: call as Kernel["call"] }; // its parameters are i32
    });
  }

  #publish(words: Int32Array, module: number, moduleBytes: number, name: string): void {
    const text = new TextEncoder().encode(name);
    const fields = [module, moduleBytes, this.#store(text), text.length, 0];
    const address = this.#store(new Uint8Array(Int32Array.from(fields).buffer));
    if (this.#lastRecord === null) words[control.firstRecord] = address;
    else new Int32Array(this.#memory.memory.buffer, this.#lastRecord, record.words)[record.next] = address;
    this.#lastRecord = address;
    Atomics.add(words, control.kernelCount, 1);
  }

  /** Copies bytes to memory that is never freed. */
  #store(bytes: Uint8Array): number {
    const { address } = this.#memory.allocate(bytes.length);
    new Uint8Array(this.#memory.memory.buffer, address, bytes.length).set(bytes);
    return address;
  }
}
