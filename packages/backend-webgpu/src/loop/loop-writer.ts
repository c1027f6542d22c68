import {
  closureOf,
  findVarying,
  type LoopStep,
  type Phase,
  type Reduction,
  sizeOf,
  type Store,
  valueDType,
} from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { isByte, valueType } from "../kernel/value-type.ts";
import { castValue } from "./cast.ts";
import { combineAcrossLanes } from "./combine-lanes.ts";
import { combine, identity, isFloatSum } from "./fold.ts";
import { type GivenValue, LoopValues } from "./loop-values.ts";
import { combineComponents, combineQuads, quadCast, splat } from "./quad-value.ts";
import { type Quads, countedInQuads, visits } from "./quads.ts";
import type { Strategy } from "./strategy.ts";

/** Terms of such a sum: of a lane of many, and at least of an invocation alone. */
const [termsOfLane, fewestTerms] = [64, 16];

/**
 * Inner points by number, or quads of them, from `first` up to, not including, `end`: names of u32, of `most` points at
 * most.
 */
export interface InnerRange {
  readonly first: string;
  readonly end: string;
  readonly most: number;
}

/** Writes the loops of a step and what is in them: reduction i becomes `r<i>`. */
export class LoopWriter {
  readonly #writer: KernelWriter;
  readonly #step: LoopStep;
  readonly #strategy: Strategy;
  readonly #quads: Quads | null;
  readonly #values: LoopValues;
  readonly #inner: readonly boolean[];
  /** The inner points that are visited. */
  readonly #range: InnerRange;

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
    this.#quads = (strategy.kind === "fourPoints" ? null : strategy.quads) ?? null;
    const inner = visits(step.inner, this.#innerInQuads);
    this.#range = range ?? { first: "0u", end: `${inner}u`, most: inner };
    const outerLoops = step.outer.length;
    this.#inner = findVarying(step.instructions, ({ strides }) => strides.some((s, l) => l >= outerLoops && s !== 0));
    const wordsOfBytes = strategy.kind === "fourPoints";
    this.#values = new LoopValues(writer, step, { wordsOfBytes, given: given ?? null, quads: this.#quads });
  }

  get #innerInQuads(): boolean {
    return this.#quads !== null && this.#quads.loop >= this.#step.outer.length;
  }

  get #outerInQuads(): boolean {
    return this.#quads !== null && !this.#innerInQuads;
  }

  /** How many outer points, or quads of them, there are to write. */
  get outerVisits(): number {
    return visits(this.#step.outer, this.#outerInQuads);
  }

  /** One outer point, or quad of outer points, of which `point` is the number. */
  writePoint(point: string): void {
    this.#values.clear();
    this.#writeIndices(point, this.#step.outer, "o", this.#outerInQuads);
    for (const phase of this.#step.phases) this.#writePhase(phase, (store) => this.#values.store(store));
  }

  /** What an outer point, or quad of them, stores, for a step with one store, as an expression. */
  writeValue(point: string): string {
    let stored = "";
    this.#values.clear();
    this.#writeIndices(point, this.#step.outer, "o", this.#outerInQuads);
    for (const phase of this.#step.phases) {
      this.#writePhase(phase, ({ value }) => {
        stored = this.#outerInQuads ? this.#values.quadOf(value) : this.#values.valueOf(value);
      });
    }
    return stored;
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
      this.#values.clear();
      this.#writeIndices("point", this.#step.outer, "o", false);
      for (const phase of this.#step.phases) {
        this.#writePhase(phase, (store) => {
          const word = words.get(store);
          if (word === undefined) this.#values.store(store);
          else this.#writer.line(`${word} |= u32(${this.#values.valueOf(store.value)}) << (byte * 8u);`);
        });
      }
    });
    for (const [store, word] of words) {
      const operand = this.#values.operandOf(store.slot);
      if (points % 4 === 0) operand.storeWord("item", word);
      else operand.storePartOfWord("item", word, `clamp(${points}u - item * 4u, 1u, 4u)`);
    }
  }

  /** The variables of some loops, from the number of a point in them, or of a quad along the last one. */
  #writeIndices(point: string, extents: readonly number[], prefix: string, inQuads: boolean): void {
    const counted = inQuads ? countedInQuads(extents) : extents;
    let unit = sizeOf(counted);
    counted.forEach((extent, loop) => {
      unit = extent === 0 ? 0 : unit / extent;
      const quotient = unit === 1 ? point : `${point} / ${unit}u`;
      const value = loop === 0 ? quotient : `(${quotient}) % ${extent}u`;
      const isQuad = inQuads && loop === counted.length - 1;
      this.#writer.line(`let ${prefix}${loop} = i32(${isQuad ? `(${value}) * 4u` : value});`);
    });
  }

  #writePhase(phase: Phase, store: (store: Store) => void): void {
    const { instructions } = this.#step;
    const needed = closureOf(
      instructions,
      [...phase.stores, ...phase.reductions].map(({ value }) => value),
    );
    for (const index of needed) if (!this.#inner[index]) this.#values.write(index);
    if (!phase.inner) {
      const writeStores = (): void => phase.stores.forEach((own) => store(own));
      if (this.#strategy.kind === "workgroup") this.#writer.block(`if (lane < ${this.#strategy.points}u)`, writeStores);
      else writeStores();
      return;
    }
    for (const reduction of phase.reductions) this.#begin(reduction, this.#innerInQuads ? "q" : "r");
    this.#writeInnerLoop(phase, (prefix) => {
      this.#values.scope(() => {
        for (const index of needed) if (this.#inner[index]) this.#values.write(index);
        for (const reduction of phase.reductions) this.#fold(reduction, prefix);
        for (const own of phase.stores) store(own);
      });
    });
    for (const reduction of phase.reductions) this.#end(reduction);
  }

  /** Declares what a reduction is folded into: `r<id>`, or with quads four folds side by side, `q<id>`. */
  #begin(reduction: Reduction, prefix: string): void {
    const { id, dtype } = reduction;
    const start = identity(this.#writer, reduction);
    if (this.#innerInQuads) this.#writer.line(`var ${prefix}${id} = ${splat(dtype, start)};`);
    else this.#writer.line(`var ${prefix}${id}: ${valueType[dtype]} = ${start};`);
  }

  /** Makes one value of what has been folded side by side, and by the lanes of a workgroup. */
  #end(reduction: Reduction): void {
    const { id } = reduction;
    if (this.#innerInQuads) {
      this.#writer.line(`var r${id} = ${combineComponents(this.#writer, reduction, `q${id}`)};`);
    }
    if (this.#strategy.kind === "workgroup") {
      combineAcrossLanes(this.#writer, reduction, `r${id}`, this.#strategy);
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
        this.#writeIndices("inner", this.#step.inner, "i", this.#innerInQuads);
        body(prefix);
      });
    const whole = this.#innerInQuads ? "q" : "r";
    const sums = phase.reductions.filter(isFloatSum);
    const perSum = this.#termsPerSum();
    if (sums.length === 0 || most <= stride * perSum) {
      loop(start, end, () => whole);
      return;
    }
    writer.block(`for (var part = ${start}; part < ${end}; part += ${stride * perSum}u)`, () => {
      for (const sum of sums) this.#begin(sum, "p");
      writer.line(`let part_end = min(part + ${stride * perSum}u, ${end});`);
      loop("part", "part_end", (reduction) => (isFloatSum(reduction) ? "p" : whole));
      for (const { id } of sums) writer.line(`${whole}${id} += p${id};`);
    });
  }

  /** Terms that a float sum takes in before it is emptied into a second one: alone, about as many as that one takes in. */
  #termsPerSum(): number {
    if (this.#strategy.kind === "workgroup") return termsOfLane;
    return Math.max(fewestTerms, 2 ** Math.floor(Math.log2(this.#range.most) / 2));
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
    const name = `${prefix(reduction)}${reduction.id}`;
    if (this.#innerInQuads) {
      const term = this.#writer.let(
        quadCast(this.#writer, from, reduction.dtype, this.#values.quadOf(reduction.value)),
      );
      this.#writer.line(`${name} = ${combineQuads(this.#writer, reduction, name, term)};`);
      return;
    }
    const term = castValue(this.#writer, from, reduction.dtype, this.#values.valueOf(reduction.value));
    this.#writer.line(`${name} = ${combine(this.#writer, reduction, name, term)};`);
  }
}
