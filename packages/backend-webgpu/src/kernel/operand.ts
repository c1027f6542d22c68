import type { DType } from "@minima/tensor";
import type { Memory } from "./kernel.ts";
import type { KernelWriter } from "./kernel-writer.ts";
import { isByte, valueType } from "./value-type.ts";

/**
 * How a kernel uses an operand. Bytes are stored one by one with atomic operations, because neighbours in a word belong
 * to other invocations; or a word at a time (`writeWords`) by kernels that compute four neighbours in one invocation.
 */
export type OperandUse = "read" | "write" | "writeWords";

/** A buffer as an array of elements of one dtype. */
export class Operand {
  readonly memory: Memory;
  readonly dtype: DType;
  readonly use: OperandUse;
  readonly name: string;
  readonly #writer: KernelWriter;

  constructor(writer: KernelWriter, name: string, memory: Memory, dtype: DType, use: OperandUse) {
    this.#writer = writer;
    this.name = name;
    this.memory = memory;
    this.dtype = dtype;
    this.use = use;
  }

  /** The declaration of its variable. */
  declaration(binding: number): string {
    const element = isByte(this.dtype) ? (this.use === "write" ? "atomic<u32>" : "u32") : valueType[this.dtype];
    const access = this.use === "read" ? "read" : "read_write";
    return `@group(0) @binding(${binding}) var<storage, ${access}> ${this.name}: array<${element}>;`;
  }

  /** The element at an index, as an expression of the type its dtype computes in. */
  load(index: string): string {
    if (!isByte(this.dtype)) return `${this.name}[${index}]`;
    const at = this.#writer.let(`u32(${index})`);
    const place = `${this.name}[${at} >> 2u]`;
    const word = this.use === "write" ? `atomicLoad(&${place})` : place;
    const byte = `((${word} >> ((${at} & 3u) << 3u)) & 255u)`;
    return this.dtype === "bool" ? `(${byte} != 0u)` : byte;
  }

  /** Writes the element at an index. */
  store(index: string, value: string): void {
    if (!isByte(this.dtype)) {
      this.#writer.line(`${this.name}[${index}] = ${value};`);
      return;
    }
    const at = this.#writer.let(`u32(${index})`);
    const shift = this.#writer.let(`(${at} & 3u) << 3u`);
    this.#writer.line(`atomicAnd(&${this.name}[${at} >> 2u], ~(255u << ${shift}));`);
    this.#writer.line(`atomicOr(&${this.name}[${at} >> 2u], u32(${value}) << ${shift});`);
  }

  /** Writes four bytes; `index` counts words. */
  storeWord(index: string, word: string): void {
    this.#writer.line(`${this.name}[${index}] = ${word};`);
  }
}
