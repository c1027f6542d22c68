import {
  type Access,
  closureOf,
  type Instruction,
  type LoopStep,
  MinimaError,
  type Store,
  valueDType,
} from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { Operand, OperandUse } from "../kernel/operand.ts";
import { isByte, literal } from "../kernel/value-type.ts";
import { affineValue } from "./affine.ts";
import { instructionValue } from "./instruction-value.ts";
import { componentOf, movedAffine, quadOf, quadValue, splat } from "./quad-value.ts";
import type { Quads } from "./quads.ts";

/** A value that is at hand: kernels that compute the elements of a slot need not load them. */
export interface GivenValue {
  readonly slot: number;
  readonly value: string;
}

/** How the values of a step are written. */
export interface ValueOptions {
  /** Whether stored bytes are put together to words by whoever stores them. */
  readonly wordsOfBytes: boolean;
  readonly given: GivenValue | null;
  readonly quads: Quads | null;
}

/** Writes the instructions of a step: instruction i becomes the constant `v<i>`, a vec4 if the quads say so. */
export class LoopValues {
  readonly #writer: KernelWriter;
  readonly #step: LoopStep;
  readonly #given: GivenValue | null;
  readonly #quads: Quads | null;
  readonly #operands = new Map<number, Operand>();
  /** Expressions of the instructions that have been written in the scopes around. */
  #values: (string | undefined)[] = [];

  constructor(writer: KernelWriter, step: LoopStep, { wordsOfBytes, given, quads }: ValueOptions) {
    this.#writer = writer;
    this.#step = step;
    this.#given = given;
    this.#quads = quads;
    const { instructions, phases } = step;
    const bind = ({ slot, dtype }: Access, use: OperandUse): void => {
      const inQuads = quads?.slots.has(slot) ?? false;
      const asWords = use === "write" && isByte(dtype) && (wordsOfBytes || inQuads);
      this.#operands.set(slot, writer.bind({ slot }, dtype, asWords ? "writeWords" : use, inQuads ? 4 : 1));
    };
    // What is stored to no slot is for whoever writes the kernel.
    for (const store of phases.flatMap(({ stores }) => stores)) if (store.slot >= 0) bind(store, "write");
    const roots = phases.flatMap((phase) => [...phase.stores, ...phase.reductions].map(({ value }) => value));
    for (const index of closureOf(instructions, roots)) {
      const instruction = instructions[index];
      if (instruction.op === "load" && instruction.slot !== this.#given?.slot) bind(instruction, "read");
    }
  }

  /** Forgets what has been written. */
  clear(): void {
    this.#values = [];
  }

  /** Runs `body` in a scope of its own: what is written there is not known afterwards. */
  scope(body: () => void): void {
    const around = this.#values;
    this.#values = [...around];
    body();
    this.#values = around;
  }

  /** Writes an instruction, unless that has been done in a scope around. */
  write(index: number): void {
    if (this.#values[index] !== undefined) return;
    const instruction = this.#step.instructions[index];
    if (instruction.op === "reduced") this.#values[index] = `r${instruction.id}`;
    else if (instruction.op === "load" && instruction.slot === this.#given?.slot)
      this.#values[index] = this.#given.value;
    else if (instruction.op === "constant" && Number.isFinite(instruction.value)) {
      this.#values[index] = literal(instruction.value, instruction.dtype);
    } else {
      if (instruction.op === "load" && instruction.guard !== undefined) {
        this.#guardedLoad(index, instruction, instruction.guard);
      } else this.#writer.line(`let v${index} = ${this.#expression(index, instruction)};`);
      this.#values[index] = `v${index}`;
    }
  }

  /** The expression of an instruction that has been written. */
  valueOf(index: number): string {
    const value = this.#values[index];
    if (value === undefined)
      throw new MinimaError(`webgpu: instruction ${index} of a loop step is used before it is computed`);
    return value;
  }

  /** The expression of an instruction as a vec4, whether or not its value differs. */
  quadOf(index: number): string {
    if (this.#isVector(index)) return this.valueOf(index);
    return splat(valueDType(this.#step.instructions[index]), this.valueOf(index));
  }

  store(store: Store): void {
    const operand = this.operandOf(store.slot);
    operand.store(
      this.#place(store, operand),
      operand.width === 4 ? this.quadOf(store.value) : this.valueOf(store.value),
    );
  }

  operandOf(slot: number): Operand {
    const operand = this.#operands.get(slot);
    if (operand === undefined) throw new MinimaError(`webgpu: slot ${slot} of a loop step is not bound`);
    return operand;
  }

  #isVector(index: number): boolean {
    return this.#quads?.isVector[index] ?? false;
  }

  /** Where an access is in its operand, in elements or vec4s. */
  #place(access: Access, { width }: Operand): string {
    const element = affineValue(access, this.#step.outer.length);
    return width === 4 ? `${element} >> 2u` : element;
  }

  #guardedLoad(index: number, access: Access, guard: number): void {
    const { dtype } = access;
    const name = `v${index}`;
    const zero = literal(0, dtype);
    if (!this.#isVector(index)) {
      this.#writer.line(`var ${name} = ${zero};`);
      this.#writer.block(`if (${this.valueOf(guard)})`, () => this.#writer.line(`${name} = ${this.#load(access)};`));
      return;
    }
    this.#writer.line(`var ${name} = ${splat(dtype, zero)};`);
    if (!this.#isVector(guard)) {
      const value = (): string => this.#loadQuad(access);
      this.#writer.block(`if (${this.valueOf(guard)})`, () => this.#writer.line(`${name} = ${value()};`));
      return;
    }
    for (let number = 0; number < 4; number++) {
      this.#writer.block(`if (${componentOf(this.valueOf(guard), number)})`, () => {
        this.#writer.line(`${componentOf(name, number)} = ${this.#load(this.#moved(access, number))};`);
      });
    }
  }

  #load(access: Access): string {
    const operand = this.operandOf(access.slot);
    return operand.load(this.#place(access, operand));
  }

  /** Four elements: a vec4 of memory, or one by one. */
  #loadQuad(access: Access): string {
    if (this.operandOf(access.slot).width === 4) return this.#load(access);
    return quadOf(access.dtype, (number) => this.#load(this.#moved(access, number)));
  }

  #moved(access: Access, by: number): Access {
    return this.#quads === null ? access : movedAffine(access, this.#quads.loop, by);
  }

  #expression(index: number, instruction: Instruction): string {
    const { instructions, outer } = this.#step;
    const isVector = this.#isVector(index);
    if (instruction.op === "load") return isVector ? this.#loadQuad(instruction) : this.#load(instruction);
    const context = {
      outerLoops: outer.length,
      valueOf: (operand: number) => this.valueOf(operand),
      dtypeOf: (operand: number) => valueDType(instructions[operand]),
    };
    if (this.#quads === null || !isVector) return instructionValue(this.#writer, instruction, context);
    return quadValue(this.#writer, instruction, context, this.#quads);
  }
}
