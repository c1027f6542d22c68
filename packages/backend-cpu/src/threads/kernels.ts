import type { CpuBuffer, CpuMemory } from "../memory/memory.ts";
import { ByteWriter } from "../wasm/byte-writer.ts";
import { record } from "./control.js";

/** A WebAssembly function that every thread can have. */
export interface Kernel {
  readonly id: number;
  readonly call: (...args: number[]) => void;
  /** What other threads make it from. */
  readonly module: ModuleSource;
}

/** A module, and once other threads have been told of it the record of it in the shared memory. */
interface ModuleSource {
  readonly bytes: Uint8Array;
  /** The numbers of its kernels begin with this one, in the order of the names. */
  readonly firstKernel: number;
  readonly names: readonly string[];
  published: CpuBuffer | null;
}

/** Instantiates kernels, and tells other threads what to make their own from. */
export class Kernels {
  readonly #memory: CpuMemory;
  readonly #isRead: () => boolean;
  #count = 0;
  /** Records of modules whose kernels are gone. */
  #retired: CpuBuffer[] = [];
  readonly #registry = new FinalizationRegistry<CpuBuffer>((published) => this.#retired.push(published));

  /** @param isRead - Whether another thread may be reading a record now; never if there is no other. */
  constructor(memory: CpuMemory, isRead: () => boolean = () => false) {
    this.#memory = memory;
    this.#isRead = isRead;
  }

  /** The function `name` of a module that imports the memory. */
  add(bytes: Uint8Array<ArrayBuffer>, name: string): Kernel {
    return this.addAll(bytes, [name])[0];
  }

  /** Functions of one module that imports the memory. */
  addAll(bytes: Uint8Array<ArrayBuffer>, names: readonly string[]): Kernel[] {
    const { memory } = this.#memory;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const module: ModuleSource = { bytes, firstKernel: this.#count, names, published: null };
    return names.map((name) => {
      const call = instance.exports[name];
      if (typeof call !== "function") throw new TypeError(`the module exports no function ${name}`);
      return { id: this.#count++, call: call as Kernel["call"], module }; // its parameters are i32
    });
  }

  /** The address of the record from which other threads can make the kernel; written when it is first asked for. */
  publish({ module }: Kernel): number {
    return (module.published ??= this.#write(module)).address;
  }

  #write(module: ModuleSource): CpuBuffer {
    this.#freeRetired();
    const text = new ByteWriter().ascii(module.names.join("\n")).view();
    const headBytes = 4 * record.words;
    const buffer = this.#memory.allocate(headBytes + module.bytes.length + text.length);
    const head = new Int32Array(this.#memory.memory.buffer, buffer.address, record.words);
    head[record.firstKernel] = module.firstKernel;
    head[record.moduleBytes] = module.bytes.length;
    head[record.textBytes] = text.length;
    const rest = new Uint8Array(this.#memory.memory.buffer, buffer.address + headBytes);
    rest.set(module.bytes);
    rest.set(text, module.bytes.length);
    this.#registry.register(module, buffer);
    return buffer;
  }

  #freeRetired(): void {
    if (this.#retired.length === 0 || this.#isRead()) return;
    for (const buffer of this.#retired) this.#memory.free(buffer);
    this.#retired = [];
  }
}
