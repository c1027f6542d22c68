import type { DType } from "@minima/tensor";
import type { CodeWriter } from "./code-writer.ts";
import type { Memory } from "./kernel.ts";
import { isByte, valueType } from "./value-type.ts";

/**
 * How a kernel uses an operand. Bytes are stored one by one with atomic operations, because neighbours in a word belong
 * to other invocations; or a word at a time (`writeWords`) by kernels that compute four neighbours in one invocation.
 */
export type OperandUse = "read" | "write" | "writeWords";

/** How many elements a kernel takes from a buffer, or puts there, at a time. */
export type OperandWidth = 1 | 4;

/** Where the bytes of a word begin. */
const byteShifts = "vec4u(0u, 8u, 16u, 24u)";

/** A buffer as an array of elements of one dtype, or of vec4s of them; four bytes are a word. */
export class Operand {
  readonly memory: Memory;
  readonly dtype: DType;
  readonly use: OperandUse;
  readonly width: OperandWidth;
  readonly name: string;
  readonly #writer: CodeWriter;

  constructor(
    writer: CodeWriter,
    name: string,
    memory: Memory,
    dtype: DType,
    use: OperandUse,
    width: OperandWidth = 1,
  ) {
    this.#writer = writer;
    this.name = name;
    this.memory = memory;
    this.dtype = dtype;
    this.use = use;
    this.width = width;
  }

  /** The declaration of its variable. */
  declaration(binding: number): string {
    const access = this.use === "read" ? "read" : "read_write";
    return `@group(0) @binding(${binding}) var<storage, ${access}> ${this.name}: array<${this.#elementType()}>;`;
  }

  #elementType(): string {
    if (isByte(this.dtype)) return this.use === "write" ? "atomic<u32>" : "u32";
    const type = this.dtype === "float16" ? "f16" : valueType[this.dtype];
    return this.width === 4 ? `vec4<${type}>` : type;
  }

  /** The element (or vec4) at an index, as an expression of the type its dtype computes in. */
  load(index: string): string {
    if (!isByte(this.dtype)) return this.#converted("f32", `${this.name}[${index}]`);
    if (this.width === 4) {
      const bytes = `((vec4u(${this.name}[${index}]) >> ${byteShifts}) & vec4u(255u))`;
      return this.dtype === "bool" ? `(${bytes} != vec4u(0u))` : bytes;
    }
    const at = this.#writer.let(`u32(${index})`);
    const place = `${this.name}[${at} >> 2u]`;
    const word = this.use === "write" ? `atomicLoad(&${place})` : place;
    const byte = `((${word} >> ((${at} & 3u) << 3u)) & 255u)`;
    return this.dtype === "bool" ? `(${byte} != 0u)` : byte;
  }

  /** Writes the element (or vec4) at an index. */
  store(index: string, value: string): void {
    if (!isByte(this.dtype)) {
      this.#writer.line(`${this.name}[${index}] = ${this.#converted("f16", value)};`);
      return;
    }
    if (this.width === 4) {
      this.storeWord(index, `dot(vec4u(${value}), vec4u(1u, 256u, 65536u, 16777216u))`);
      return;
    }
    const at = this.#writer.let(`u32(${index})`);
    const shift = this.#writer.let(`(${at} & 3u) << 3u`);
    this.#writer.line(`atomicAnd(&${this.name}[${at} >> 2u], ~(255u << ${shift}));`);
    this.#writer.line(`atomicOr(&${this.name}[${at} >> 2u], u32(${value}) << ${shift});`);
  }

  /** What is loaded from float16, or stored to it, in the type that it has on the other side. */
  #converted(type: "f32" | "f16", value: string): string {
    if (this.dtype !== "float16") return value;
    return this.width === 4 ? `vec4<${type}>(${value})` : `${type}(${value})`;
  }

  /** Writes the first `count` bytes, up to four; those behind may belong to another part of the tensor. */
  storePartOfWord(index: string, word: string, count: string): void {
    const mask = this.#writer.let(`0xffffffffu >> (8u * (4u - ${count}))`);
    this.storeWord(index, `(${this.name}[${index}] & ~${mask}) | ${word}`);
  }

  /** Writes four bytes; `index` counts words. */
  storeWord(index: string, word: string): void {
    this.#writer.line(`${this.name}[${index}] = ${word};`);
  }
}
