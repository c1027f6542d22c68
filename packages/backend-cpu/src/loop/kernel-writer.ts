import { type Phase, valueDType } from "@minima/tensor";
import { LaneAccumulator, PointAccumulator, type Accumulator } from "./accumulator.ts";
import { castValue } from "./cast.ts";
import { chunksOf, type Chunks } from "./chunks.ts";
import { copiesFor } from "./copies.ts";
import type { Cursor } from "./cursors.ts";
import { evaluate, laneAddress, type KernelContext } from "./evaluate.ts";
import { isFloatSum } from "./fold.ts";
import { uniform, type Segment } from "./lanes.ts";
import { LoopWriter, type Range } from "./loop-writer.ts";
import { storeLanes } from "./memory.ts";
import { lanesAreInner } from "./nest.ts";
import { instructionsOfPhase } from "./placement.ts";
import { Values } from "./values.ts";

/** A phase with all that is needed to write its body. */
interface PreparedPhase {
  readonly phase: Phase;
  /** What it evaluates, in order. */
  readonly instructions: readonly number[];
  /** The cursors it reads. */
  readonly cursors: readonly Cursor[];
  /** Vectors that its body works on side by side, if lanes are points of an inner loop. */
  readonly copies: number;
  readonly chunks: Chunks | null;
}

/** Writes the loops of a step and what is in them. */
export class KernelWriter {
  readonly #context: KernelContext;
  readonly #loops: LoopWriter;
  readonly #phases: readonly PreparedPhase[];
  /** Instructions that any phase needs. */
  readonly #needed: readonly number[];
  readonly #outerCopies: number;

  constructor(context: KernelContext, range: Range) {
    this.#context = context;
    const { step, nest, cursors, writer } = context;
    this.#loops = new LoopWriter(writer, nest, range);
    this.#phases = step.phases.map((phase) => {
      const instructions = instructionsOfPhase(step, phase);
      const used = instructions.map((index) => step.instructions[index]);
      return {
        phase,
        instructions,
        cursors: cursors.usedBy(used, phase.stores),
        copies: copiesFor(context, [phase]),
        chunks: phase.inner ? chunksOf(nest, phase) : null,
      };
    });
    const needed = new Set(this.#phases.flatMap(({ instructions }) => instructions));
    this.#needed = [...needed].sort((a, b) => a - b);
    this.#outerCopies = copiesFor(context, step.phases);
  }

  /** Writes the whole kernel. */
  write(): void {
    if (this.#context.step.outer.every((extent) => extent > 0)) this.#writeOuter(0, new Values(), uniform);
  }

  /** The outer loops from the one at `depth` on. */
  #writeOuter(depth: number, values: Values, segment: Segment): void {
    const { nest, places, cursors } = this.#context;
    if (depth === nest.outerDepth) {
      for (const phase of this.#phases) this.#writePhase(phase, values, segment);
      return;
    }
    // What depends on reductions, and what belongs to the innermost body, waits for the phase that needs it.
    const ready = this.#needed.filter((index) => places[index].depth === depth && !places[index].reduced);
    this.#evaluate(ready, values, segment);
    const options = { depth, copies: this.#outerCopies, cursors: cursors.all, chunk: null };
    this.#loops.write(options, (own) => this.#writeOuter(depth + 1, new Values(values), own ?? segment));
  }

  #writePhase(prepared: PreparedPhase, values: Values, segment: Segment): void {
    const { nest, places, writer, step } = this.#context;
    const { phase, instructions, chunks } = prepared;
    const outer = instructions.filter((index) => places[index].depth <= nest.outerDepth);
    this.#evaluate(outer, values, segment);
    const accumulators = phase.reductions.map((reduction): Accumulator => {
      const twoLevels = chunks !== null && isFloatSum(reduction);
      if (lanesAreInner(nest)) return new LaneAccumulator(writer, reduction, twoLevels);
      return new PointAccumulator(writer, reduction, segment.copies, twoLevels);
    });
    for (const accumulator of accumulators) accumulator.begin();
    if (!phase.inner) this.#writeBody(phase, accumulators, values, segment);
    else if (!step.inner.includes(0)) this.#writeInner(nest.outerDepth, prepared, accumulators, values, segment);
    for (const accumulator of accumulators) {
      const copies = accumulator.finish();
      step.instructions.forEach((instruction, index) => {
        if (instruction.op === "reduced" && instruction.id === accumulator.reduction.id) values.set(index, copies);
      });
    }
  }

  /** The inner loops of a phase from the one at `depth` on. */
  #writeInner(
    depth: number,
    prepared: PreparedPhase,
    accumulators: readonly Accumulator[],
    around: Values,
    segment: Segment,
  ): void {
    const { nest, places } = this.#context;
    const { instructions, chunks, copies, cursors } = prepared;
    const values = new Values(around);
    this.#evaluate(
      instructions.filter((index) => places[index].depth === depth),
      values,
      segment,
    );
    if (depth === nest.loops.length) {
      this.#writeBody(prepared.phase, accumulators, values, segment);
      return;
    }
    const begin = (): void => accumulators.forEach((accumulator) => accumulator.flush());
    const chunk = chunks?.loop === depth ? { rounds: chunks.rounds, begin } : null;
    this.#loops.write({ depth, copies, cursors, chunk }, (own) =>
      this.#writeInner(depth + 1, prepared, accumulators, values, own ?? segment),
    );
  }

  /** Folds and stores of one point. */
  #writeBody(phase: Phase, accumulators: readonly Accumulator[], values: Values, segment: Segment): void {
    const { step, writer } = this.#context;
    const copies = Array.from({ length: segment.copies }, (_, copy) => copy);
    for (const accumulator of accumulators) {
      const { value, dtype } = accumulator.reduction;
      const from = valueDType(step.instructions[value]);
      for (const copy of copies) {
        const term = values.get(value, copy);
        const cast = from === dtype ? term : writer.let(castValue(writer, from, dtype, term));
        accumulator.fold(cast, copy, segment);
      }
      accumulator.endRound(segment);
    }
    copies.reverse(); // engines that join two stores want the one to the higher address first
    for (const store of phase.stores) {
      for (const copy of copies) {
        storeLanes(writer, laneAddress(this.#context, store, copy, segment), values.get(store.value, copy));
      }
    }
  }

  /** Evaluates what is not known yet. */
  #evaluate(indices: readonly number[], values: Values, segment: Segment): void {
    for (const index of indices) if (!values.has(index)) evaluate(this.#context, index, values, segment);
  }
}
