import type { Affine, BinaryInstruction, DType, Instruction, LoopStep, Phase, Reduction, Store } from "@minima/tensor";
import { slotArray, type SlotArray } from "./loop-runner.ts";
import { contiguous } from "./loop-steps.ts";
import { seeded } from "./seeded.ts";

export interface RandomCase {
  readonly step: LoopStep;
  readonly slots: Map<number, SlotArray>;
  readonly scalars: ArrayBuffer;
}

const dtypes: readonly DType[] = ["float32", "int32", "uint32", "uint8", "bool"];
const extents = [1, 2, 3, 4, 5, 8, 17, 33];
const longExtents = [70, 130, 256, 259, 600];
const mostPoints = 8000;

/**
 * A random step with contents for its slots. Floats are small integers, so that sums and products are exact and results must
 * agree to the bit in whatever order they are folded.
 */
export function randomCase(seed: number): RandomCase {
  return new CaseBuilder(seeded(seed)).build();
}

class CaseBuilder {
  readonly #random: () => number;
  readonly #instructions: Instruction[] = [];
  readonly #slots = new Map<number, SlotArray>();
  #outer: number[] = [];
  #inner: number[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  build(): RandomCase {
    const withInner = this.#chance(0.6);
    this.#outer = this.#extents(withInner ? 2 : 3);
    this.#inner = withInner ? this.#extents(2) : [];
    for (const list of [this.#outer, this.#inner]) {
      for (let i = 0; i < list.length && this.#points() > mostPoints; i++) list[i] = 2;
    }
    for (let i = this.#integer(4, 10); i > 0; i--) this.#addInstruction();
    const phases: Phase[] = [];
    if (withInner) {
      for (let p = this.#integer(1, 2); p > 0; p--) phases.push(this.#reductionPhase());
      if (this.#chance(0.5)) {
        for (let i = this.#integer(1, 3); i > 0; i--) this.#addInstruction();
        phases.push({ inner: true, reductions: [], stores: [this.#store(true)] });
      }
    }
    const outerOnly = this.#outerInstructions();
    if (!withInner || outerOnly.length > 0) {
      const stores = [this.#store(false), ...(this.#chance(0.3) ? [this.#store(false)] : [])];
      phases.push({ inner: false, reductions: [], stores });
    }
    const scalars = new ArrayBuffer(16);
    new Float32Array(scalars).set([3, -2]);
    new Int32Array(scalars).set([5, 1], 2);
    const step: LoopStep = {
      kind: "loop",
      outer: this.#outer,
      inner: this.#inner,
      ...(this.#chance(0.5) ? { foldsRows: true } : {}),
      instructions: this.#instructions,
      phases,
    };
    return { step, slots: this.#slots, scalars };
  }

  #points(): number {
    return [...this.#outer, ...this.#inner].reduce((product, extent) => product * extent, 1);
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #integer(low: number, high: number): number {
    return low + Math.floor(this.#random() * (high - low + 1));
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#integer(0, list.length - 1)];
  }

  #extents(most: number): number[] {
    const list = Array.from({ length: this.#integer(0, most) }, () => this.#pick(extents));
    if (list.length > 0 && this.#chance(0.03)) list[0] = 0;
    if (list.length > 0 && list.length <= 2 && this.#chance(0.15)) list[list.length - 1] = this.#pick(longExtents);
    return list;
  }

  #value(dtype: DType): number {
    if (dtype === "bool") return this.#integer(0, 1);
    if (dtype === "uint8" || dtype === "uint32") return this.#integer(0, 6);
    return this.#integer(-3, 3);
  }

  /** Strides of a tensor with some of the loops as axes in some order, perhaps flipped, with gaps, and offset. */
  #affine(broadcast: boolean, axes: number): Affine & { size: number } {
    const shape = [...this.#outer, ...this.#inner];
    const strides = shape.map(() => 0);
    const order = shape.map((_, axis) => axis).filter((axis) => axis < axes);
    if (this.#chance(0.5)) order.sort(() => this.#random() - 0.5);
    let size = this.#chance(0.15) ? 2 : 1;
    let offset = this.#chance(0.3) ? this.#integer(1, 3) : 0;
    for (const axis of order.reverse()) {
      if (broadcast && this.#chance(0.25)) continue;
      const flipped = this.#chance(0.1);
      strides[axis] = flipped ? -size : size;
      if (flipped) offset += size * Math.max(shape[axis] - 1, 0);
      size *= Math.max(shape[axis], 1);
    }
    return { offset, strides, size: size + offset };
  }

  #contents(dtype: DType, size: number): SlotArray {
    return slotArray(
      dtype,
      Array.from({ length: size }, () => this.#value(dtype)),
    );
  }

  #add(instruction: Instruction): number {
    return this.#instructions.push(instruction) - 1;
  }

  #dtypeOf(index: number): DType {
    const instruction = this.#instructions[index];
    return instruction.op === "less" || instruction.op === "equal" ? "bool" : instruction.dtype;
  }

  #existing(accept: (dtype: DType) => boolean): number {
    const found = this.#instructions.map((_, index) => index).filter((index) => accept(this.#dtypeOf(index)));
    return found.length === 0 || this.#chance(0.25) ? -1 : this.#pick(found);
  }

  #ofDType(dtype: DType): number {
    const found = this.#existing((each) => each === dtype);
    return found >= 0 ? found : this.#leaf(dtype);
  }

  #leaf(dtype: DType): number {
    const loops = this.#outer.length + this.#inner.length;
    if (this.#chance(0.1)) return this.#add({ op: "constant", value: this.#value(dtype), dtype });
    if (dtype === "float32" && this.#chance(0.1)) return this.#add({ op: "scalar", index: this.#integer(0, 1), dtype });
    if (dtype === "int32" && this.#chance(0.2)) {
      const { offset, strides } = this.#affine(true, loops);
      return this.#add({ op: "index", dtype, offset, strides: strides.map((s) => Math.sign(s)) });
    }
    if (this.#chance(0.2)) return this.#guardedLoad(dtype);
    if (this.#chance(0.3)) {
      const neighbour = this.#neighbourOfLoad(dtype);
      if (neighbour !== null) return this.#add(neighbour);
    }
    const { size, ...affine } = this.#affine(true, loops);
    const slot = this.#slots.size;
    this.#slots.set(slot, this.#contents(dtype, size));
    return this.#add({ op: "load", slot, dtype, ...affine });
  }

  /** A load from a slot that is loaded from already, the same way, some elements further on. */
  #neighbourOfLoad(dtype: DType): Instruction | null {
    const loads = this.#instructions.flatMap((instruction) =>
      instruction.op === "load" && instruction.guard === undefined && instruction.dtype === dtype ? [instruction] : [],
    );
    if (loads.length === 0) return null;
    const load = this.#pick(loads);
    const distance = this.#integer(1, 20);
    const contents = [...(this.#slots.get(load.slot) as SlotArray), ...this.#contents(dtype, distance)];
    this.#slots.set(load.slot, slotArray(dtype, contents));
    return { ...load, offset: load.offset + distance };
  }

  /** As a pad or a shift makes it: the access leaves the slot where the guard is false. */
  #guardedLoad(dtype: DType): number {
    const shape = [...this.#outer, ...this.#inner];
    const kept = shape.map((extent) => Math.max(extent - this.#integer(0, 2), 1));
    const shift = shape.map(() => this.#integer(-2, 2));
    const unit = (axis: number): number[] => shape.map((_, other) => Number(other === axis));
    const bounds = shape.map((_, axis) => ({ offset: shift[axis], strides: unit(axis), extent: kept[axis] }));
    const guard = this.#add({ op: "inside", dtype: "bool", bounds });
    const strides = contiguous(kept);
    const offset = shift.reduce((sum, each, axis) => sum + each * strides[axis], 0);
    const slot = this.#slots.size;
    this.#slots.set(
      slot,
      this.#contents(
        dtype,
        kept.reduce((a, b) => a * b, 1),
      ),
    );
    return this.#add({ op: "load", slot, dtype, offset, strides, guard });
  }

  #addInstruction(): number {
    const dtype = this.#pick(dtypes);
    const choice = this.#random();
    if (choice < 0.15) return this.#leaf(dtype);
    if (choice < 0.3) {
      const from = this.#ofDType(this.#pick(dtypes));
      return this.#add({ op: "cast", dtype, a: from });
    }
    if (choice < 0.42) {
      const a = this.#ofDType("bool");
      const [b, c] = [this.#ofDType(dtype), this.#ofDType(dtype)];
      return this.#add({ op: "where", dtype, a, b, c });
    }
    const [a, b] = [this.#ofDType(dtype), this.#ofDType(dtype)];
    if (choice < 0.55) return this.#add({ op: this.#pick(["less", "equal"] as const), dtype: "bool", a, b });
    if (choice < 0.62 && (dtype === "int32" || dtype === "float32")) return this.#add({ op: "neg", dtype, a });
    if (choice < 0.66 && dtype === "int32") {
      const word = (): number => this.#add({ op: "cast", dtype: "uint32", a: this.#ofDType("int32") });
      const [key0, key1, counter, high] = [word(), word(), word(), word()];
      return this.#add({ op: "randomBits", dtype: "uint32", key0, key1, counter, high, index: a });
    }
    const float: BinaryInstruction[] = ["add", "sub", "mul", "max", "min"];
    const whole: BinaryInstruction[] = [...float, "div", "mod"];
    const operations = dtype === "bool" ? (["max", "min"] as const) : dtype === "float32" ? float : whole;
    return this.#add({ op: this.#pick(operations), dtype, a, b });
  }

  #reductionPhase(): Phase {
    const reductions: Reduction[] = [];
    for (let i = this.#integer(1, 2); i > 0; i--) {
      const kind = this.#pick(["sum", "max", "min"] as const);
      // Of a random word, a float sum would be rounded.
      const value = this.#existing((each) => each !== "uint32");
      const chosen = value >= 0 ? value : this.#ofDType("float32");
      const own = this.#dtypeOf(chosen);
      const dtype = kind === "sum" && (own === "bool" || own === "uint8") ? "int32" : own;
      reductions.push({ id: this.#reductionCount++, kind, value: chosen, dtype });
    }
    for (const { id, dtype } of reductions) this.#add({ op: "reduced", id, dtype });
    for (let i = this.#integer(0, 2); i > 0; i--) this.#addInstruction();
    return { inner: true, reductions, stores: [] };
  }

  #reductionCount = 0;

  /** Instructions that do not depend on the inner loops. */
  #outerInstructions(): number[] {
    const varies: boolean[] = [];
    this.#instructions.forEach((instruction) => {
      const affines = instruction.op === "inside" ? instruction.bounds : "strides" in instruction ? [instruction] : [];
      const moves = affines.some(({ strides }) => strides.slice(this.#outer.length).some((stride) => stride !== 0));
      const operands = (["a", "b", "c", "guard", "key0", "key1", "counter", "high"] as const).flatMap((name) =>
        name in instruction ? [(instruction as unknown as Record<string, number>)[name]] : [],
      );
      if (instruction.op === "randomBits") operands.push(instruction.index);
      varies.push(moves || operands.some((operand) => varies[operand]));
    });
    return varies.flatMap((each, index) => (each ? [] : [index]));
  }

  #store(inner: boolean): Store {
    const candidates = inner ? this.#instructions.map((_, index) => index) : this.#outerInstructions();
    const value =
      this.#inner.length === 0 && candidates.length > 0 ? candidates[candidates.length - 1] : this.#pick(candidates);
    const dtype = this.#dtypeOf(value);
    const { size, ...affine } = this.#affine(
      false,
      inner ? this.#outer.length + this.#inner.length : this.#outer.length,
    );
    const slot = this.#slots.size;
    this.#slots.set(slot, slotArray(dtype, new Array<number>(size).fill(1)));
    return { slot, dtype, ...affine, value };
  }
}
