import {
  type Access,
  type Instruction,
  type LoopStep,
  MinimaError,
  type Phase,
  type Reduction,
  type Store,
  sizeOf,
} from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import type { Operand } from "../kernel/operand.ts";
import { isByte, literal, valueType } from "../kernel/value-type.ts";
import { affineValue } from "./affine.ts";
import { castValue } from "./cast.ts";
import { combine, combineAcrossLanes, identity, isFloatSum } from "./fold.ts";
import { closure, findInner, valueDType } from "./instruction-info.ts";
import { instructionValue } from "./instruction-value.ts";
import type { Strategy } from "./strategy.ts";

/** Terms that a float sum takes in before it is emptied into a second one. */
const termsPerSum = 64;

/** A value that is at hand: kernels that compute the elements of a slot need not load them. */
export interface GivenValue {
  readonly slot: number;
  readonly value: string;
}

/** Inner points by number, from `first` up to, not including, `end`: names of u32, of `most` points at most. */
export interface InnerRange {
  readonly first: string;
  readonly end: string;
  readonly most: number;
}

/** Writes the loops of a step and what is in them. Instruction i becomes the constant `v<i>`, reduction i `r<i>`. */
export class LoopWriter {
  readonly #writer: KernelWriter;
  readonly #step: LoopStep;
  readonly #strategy: Strategy;
  readonly #given: GivenValue | null;
  readonly #operands = new Map<number, Operand>();
  readonly #inner: readonly boolean[];
  /** The inner points that are visited. */
  readonly #range: InnerRange;
  /** Expressions of the instructions that have been written in the scopes around. */
  #values: (string | undefined)[] = [];

  /**
   * @param given - What takes the place of loads from a slot.
   * @param range - The inner points to visit. Default: all.
   */
  constructor(
    writer: KernelWriter,
    step: LoopStep,
    strategy: Strategy,
    { given, range }: { readonly given?: GivenValue; readonly range?: InnerRange } = {},
  ) {
    this.#writer = writer;
    this.#step = step;
    this.#strategy = strategy;
    this.#given = given ?? null;
    const inner = sizeOf(step.inner);
    this.#range = range ?? { first: "0u", end: `${inner}u`, most: inner };
    this.#inner = findInner(step.instructions, step.outer.length);
    this.#bindOperands();
  }

  /** One outer point, of which `point` is the number. */
  writePoint(point: string): void {
    this.#values = [];
    this.#writeIndices(point, this.#step.outer, "o");
    for (const phase of this.#step.phases) this.#writePhase(phase, (store, value) => this.#store(store, value));
  }

  /** Four outer points, of which the first has the number 4 · `item`: their bytes are put together and written at once. */
  writeFourPoints(points: number): void {
    const words = new Map<Store, string>();
    for (const { stores } of this.#step.phases) {
      for (const store of stores) if (isByte(store.dtype)) words.set(store, `word${words.size}`);
    }
    for (const word of words.values()) this.#writer.line(`var ${word} = 0u;`);
    this.#writer.block("for (var byte = 0u; byte < 4u; byte++)", () => {
      this.#writer.line("let point = item * 4u + byte;");
      if (points % 4 !== 0) this.#writer.line(`if (point >= ${points}u) { break; }`);
      this.#values = [];
      this.#writeIndices("point", this.#step.outer, "o");
      for (const phase of this.#step.phases) {
        this.#writePhase(phase, (store, value) => {
          const word = words.get(store);
          if (word === undefined) this.#store(store, value);
          else this.#writer.line(`${word} |= u32(${value}) << (byte * 8u);`);
        });
      }
    });
    for (const [store, word] of words) this.#operandOf(store.slot).storeWord("item", word);
  }

  #bindOperands(): void {
    const { instructions, phases } = this.#step;
    for (const { slot, dtype } of phases.flatMap(({ stores }) => stores)) {
      const use = this.#strategy.kind === "fourPoints" && isByte(dtype) ? "writeWords" : "write";
      this.#operands.set(slot, this.#writer.bind({ slot }, dtype, use));
    }
    const roots = phases.flatMap((phase) => [...phase.stores, ...phase.reductions].map(({ value }) => value));
    for (const index of closure(instructions, roots)) {
      const instruction = instructions[index];
      if (instruction.op !== "load" || instruction.slot === this.#given?.slot) continue;
      const { slot, dtype } = instruction;
      this.#operands.set(slot, this.#writer.bind({ slot }, dtype, "read"));
    }
  }

  /** The variables of some loops, from the number of a point in them. */
  #writeIndices(point: string, extents: readonly number[], prefix: string): void {
    let unit = sizeOf(extents);
    extents.forEach((extent, loop) => {
      unit = extent === 0 ? 0 : unit / extent;
      const quotient = unit === 1 ? point : `${point} / ${unit}u`;
      const value = loop === 0 ? quotient : `(${quotient}) % ${extent}u`;
      this.#writer.line(`let ${prefix}${loop} = i32(${value});`);
    });
  }

  #writePhase(phase: Phase, store: (store: Store, value: string) => void): void {
    const { instructions } = this.#step;
    const needed = closure(
      instructions,
      [...phase.stores, ...phase.reductions].map(({ value }) => value),
    );
    for (const index of needed) if (!this.#inner[index]) this.#evaluate(index);
    if (!phase.inner) {
      const writeStores = (): void => phase.stores.forEach((own) => store(own, this.#valueOf(own.value)));
      if (this.#strategy.kind === "workgroup") this.#writer.block(`if (lane < ${this.#strategy.points}u)`, writeStores);
      else writeStores();
      return;
    }
    for (const reduction of phase.reductions) {
      const { id, dtype } = reduction;
      this.#writer.line(`var r${id}: ${valueType[dtype]} = ${identity(this.#writer, reduction)};`);
    }
    const around = this.#values;
    this.#writeInnerLoop(phase, (prefix) => {
      this.#values = [...around];
      for (const index of needed) if (this.#inner[index]) this.#evaluate(index);
      for (const reduction of phase.reductions) this.#fold(reduction, prefix);
      for (const own of phase.stores) store(own, this.#valueOf(own.value));
    });
    this.#values = around;
    if (this.#strategy.kind !== "workgroup") return;
    for (const reduction of phase.reductions) {
      combineAcrossLanes(this.#writer, reduction, `r${reduction.id}`, this.#strategy);
    }
  }

  /** The loop over the inner points; long float sums are cut into parts `p<id>`, which `body` is told by its prefix. */
  #writeInnerLoop(phase: Phase, body: (prefix: (reduction: Reduction) => string) => void): void {
    const writer = this.#writer;
    const { first, end, most } = this.#range;
    if (most === 0) return;
    const [start, stride] = this.#startAndStride(first);
    const loop = (from: string, to: string, prefix: (reduction: Reduction) => string): void =>
      writer.block(`for (var inner = ${from}; inner < ${to}; inner += ${stride}u)`, () => {
        this.#writeIndices("inner", this.#step.inner, "i");
        body(prefix);
      });
    const sums = phase.reductions.filter(isFloatSum);
    if (sums.length === 0 || most <= stride * termsPerSum) {
      loop(start, end, () => "r");
      return;
    }
    writer.block(`for (var part = ${start}; part < ${end}; part += ${stride * termsPerSum}u)`, () => {
      for (const { id } of sums) writer.line(`var p${id} = 0.0f;`);
      writer.line(`let part_end = min(part + ${stride * termsPerSum}u, ${end});`);
      loop("part", "part_end", (reduction) => (isFloatSum(reduction) ? "p" : "r"));
      for (const { id } of sums) writer.line(`r${id} += p${id};`);
    });
  }

  /** Where an invocation begins, and how far apart its inner points are. */
  #startAndStride(first: string): [string, number] {
    if (this.#strategy.kind !== "workgroup") return [first, 1];
    const { lanes, points } = this.#strategy;
    const lane = points === 1 ? "lane" : `lane / ${points}u`;
    return [first === "0u" ? lane : `${first} + ${lane}`, lanes];
  }

  #fold(reduction: Reduction, prefix: (reduction: Reduction) => string): void {
    const from = valueDType(this.#step.instructions[reduction.value]);
    const term = castValue(this.#writer, from, reduction.dtype, this.#valueOf(reduction.value));
    const name = `${prefix(reduction)}${reduction.id}`;
    this.#writer.line(`${name} = ${combine(this.#writer, reduction, name, term)};`);
  }

  #store(access: Store, value: string): void {
    this.#operandOf(access.slot).store(affineValue(access, this.#step.outer.length), value);
  }

  #operandOf(slot: number): Operand {
    const operand = this.#operands.get(slot);
    if (operand === undefined) throw new MinimaError(`webgpu: slot ${slot} of a loop step is not bound`);
    return operand;
  }

  #valueOf(index: number): string {
    const value = this.#values[index];
    if (value === undefined)
      throw new MinimaError(`webgpu: instruction ${index} of a loop step is used before it is computed`);
    return value;
  }

  /** Writes an instruction, unless that has been done in a scope around. */
  #evaluate(index: number): void {
    if (this.#values[index] !== undefined) return;
    const instruction = this.#step.instructions[index];
    if (instruction.op === "reduced") this.#values[index] = `r${instruction.id}`;
    else if (instruction.op === "load" && instruction.slot === this.#given?.slot)
      this.#values[index] = this.#given.value;
    else if (instruction.op === "constant" && Number.isFinite(instruction.value)) {
      this.#values[index] = literal(instruction.value, instruction.dtype);
    } else if (instruction.op === "load" && instruction.guard !== undefined) {
      this.#guardedLoad(index, instruction, instruction.guard);
    } else {
      this.#writer.line(`let v${index} = ${this.#expression(instruction)};`);
      this.#values[index] = `v${index}`;
    }
  }

  #guardedLoad(index: number, access: Access, guard: number): void {
    const { slot, dtype } = access;
    this.#writer.line(`var v${index} = ${literal(0, dtype)};`);
    this.#writer.block(`if (${this.#valueOf(guard)})`, () => {
      this.#writer.line(`v${index} = ${this.#operandOf(slot).load(affineValue(access, this.#step.outer.length))};`);
    });
    this.#values[index] = `v${index}`;
  }

  #expression(instruction: Instruction): string {
    const { instructions, outer } = this.#step;
    if (instruction.op === "load")
      return this.#operandOf(instruction.slot).load(affineValue(instruction, outer.length));
    return instructionValue(this.#writer, instruction, {
      outerLoops: outer.length,
      valueOf: (index) => this.#valueOf(index),
      dtypeOf: (index) => valueDType(instructions[index]),
    });
  }
}
