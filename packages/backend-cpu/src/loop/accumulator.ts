import type { Reduction } from "@minima/tensor";
import type { VectorLocal, VectorWriter } from "../math/vector-writer.ts";
import { acrossLanes, combine, DoubleSums, identity, keepLanes } from "./fold.ts";
import type { Segment } from "./lanes.ts";
import { joined, uniformValue } from "./pairs.ts";

/**
 * The variables that hold a reduction while its loops run. In what order values meet depends on the extents of the inner
 * loops alone: not on how many copies the code works on side by side, and not on threads.
 */
export interface Accumulator {
  readonly reduction: Reduction;
  begin(): void;
  /** Folds the value of one copy. */
  fold(value: VectorLocal, copy: number, segment: Segment): void;
  /** Called after all copies were folded. */
  endRound(segment: Segment): void;
  /** Moves the partial sums to the second level. */
  flush(): void;
  /** The result, for each copy. */
  finish(): VectorLocal[];
}

/** Reductions where each lane is a point of its own: one accumulator for each copy. */
export class PointAccumulator implements Accumulator {
  readonly reduction: Reduction;
  readonly #writer: VectorWriter;
  readonly #values: readonly VectorLocal[];
  readonly #sums: readonly DoubleSums[];

  constructor(writer: VectorWriter, reduction: Reduction, copies: number, twoLevels: boolean) {
    this.reduction = reduction;
    this.#writer = writer;
    this.#values = Array.from({ length: copies }, () => writer.f.local("v128"));
    this.#sums = twoLevels ? this.#values.map(() => new DoubleSums(writer)) : [];
  }

  begin(): void {
    this.#clear();
    for (const sum of this.#sums) sum.reset();
  }

  fold(value: VectorLocal, copy: number): void {
    const { kind, dtype } = this.reduction;
    const current = this.#values[copy];
    this.#writer.f.set(current, combine(this.#writer, kind, dtype, current, value));
  }

  endRound(): void {}

  flush(): void {
    if (this.#sums.length === 0) return;
    const values = this.#values.map((value, copy) =>
      copy % 2 === 0 ? value : joined(this.#writer, this.#values[copy - 1], value),
    );
    this.#sums.forEach((sum, copy) => sum.add(values[copy]));
    this.#clear();
  }

  finish(): VectorLocal[] {
    this.flush();
    return this.#sums.length === 0 ? [...this.#values] : this.#sums.map((sum) => this.#writer.let(sum.lanes()));
  }

  #clear(): void {
    const { kind, dtype } = this.reduction;
    for (const value of this.#values) this.#writer.f.set(value, identity(this.#writer, kind, dtype));
  }
}

/** Accumulators that a reduction across lanes takes turns with, so that additions do not wait for one another. */
export const turns = 4;

/**
 * Reductions across lanes: vector number j of the lane loop goes to accumulator j mod 4. Code that works on fewer than
 * four copies shifts the accumulators round after each; the last combination, (0 with 2, 1 with 3), then these two, is the same
 * for every shift.
 */
export class LaneAccumulator implements Accumulator {
  readonly reduction: Reduction;
  readonly #writer: VectorWriter;
  readonly #values: readonly VectorLocal[];
  readonly #sum: DoubleSums | null;

  constructor(writer: VectorWriter, reduction: Reduction, twoLevels: boolean) {
    this.reduction = reduction;
    this.#writer = writer;
    this.#values = Array.from({ length: turns }, () => writer.f.local("v128"));
    this.#sum = twoLevels ? new DoubleSums(writer) : null;
  }

  begin(): void {
    this.#clear();
    this.#sum?.reset();
  }

  fold(value: VectorLocal, copy: number, { lanes }: Segment): void {
    const { kind, dtype } = this.reduction;
    const current = this.#values[copy];
    const kept = keepLanes(this.#writer, value, lanes, identity(this.#writer, kind, dtype));
    this.#writer.f.set(current, combine(this.#writer, kind, dtype, current, kept));
  }

  endRound({ copies }: Segment): void {
    if (copies === turns) return;
    const before = this.#values.map((value) => this.#writer.let(value));
    this.#values.forEach((value, i) => this.#writer.f.set(value, before[(i + copies) % turns]));
  }

  flush(): void {
    if (this.#sum === null) return;
    this.#sum.add(this.#together());
    this.#clear();
  }

  finish(): VectorLocal[] {
    const { kind, dtype } = this.reduction;
    if (this.#sum === null) {
      return [uniformValue(this.#writer, acrossLanes(this.#writer, kind, dtype, this.#together()))];
    }
    this.flush();
    return [uniformValue(this.#writer, this.#writer.let(this.#sum.total()))];
  }

  #together(): VectorLocal {
    const { kind, dtype } = this.reduction;
    const both = (a: VectorLocal, b: VectorLocal): VectorLocal =>
      this.#writer.let(combine(this.#writer, kind, dtype, a, b));
    const [a, b, c, d] = this.#values;
    const low = both(a, c);
    return both(low, joined(this.#writer, low, both(b, d)));
  }

  #clear(): void {
    const { kind, dtype } = this.reduction;
    for (const value of this.#values) this.#writer.f.set(value, identity(this.#writer, kind, dtype));
  }
}
