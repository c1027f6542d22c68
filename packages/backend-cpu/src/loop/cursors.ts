import { type Access, type Affine, affinesOf, type Instruction, type LoopStep } from "@minima/tensor";
import { i32, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { elementBytes } from "./element.ts";
import type { Nest } from "./nest.ts";

/** Where the value of an affine function is found: in the variable of a cursor, up to a constant. */
export interface Position {
  readonly cursor: Cursor;
  /** To be added: bytes for an access, else a number. */
  readonly offset: number;
}

/**
 * An i32 variable that follows an affine function through the loops by additions. Each loop that moves it works on a copy,
 * so that the loops around it find it where they left it.
 */
export class Cursor {
  readonly #f: FunctionBuilder;
  /** How far one round of the loop at each depth moves it. */
  readonly #steps: readonly number[];
  readonly #saved: Local<"i32">[] = [];
  /** The variable in the loop that is being written. */
  local: Local<"i32">;

  constructor(f: FunctionBuilder, start: Local<"i32">, steps: readonly number[]) {
    this.#f = f;
    this.#steps = steps;
    this.local = start;
  }

  moves(depth: number): boolean {
    return this.#steps[depth] !== 0;
  }

  /** Begins the loop at `depth` in its round `first`. */
  enter(depth: number, first: Local<"i32"> | null): void {
    this.#saved.push(this.local);
    const start = first === null ? this.local : i32.add(this.local, i32.mul(first, this.#steps[depth] | 0));
    this.local = this.#f.let(start);
  }

  /** Goes on by a number of rounds. */
  advance(depth: number, rounds: number): void {
    this.#f.increment(this.local, (this.#steps[depth] * rounds) | 0);
  }

  leave(): void {
    const outer = this.#saved.pop();
    if (outer !== undefined) this.local = outer;
  }
}

/**
 * The cursors of a step. Accesses of one slot with the same strides share a cursor and differ by a constant offset; so
 * do index values with the same strides.
 */
export class Cursors {
  readonly #positions = new Map<Affine, Position>();
  readonly all: readonly Cursor[];

  constructor(f: FunctionBuilder, step: LoopStep, nest: Nest, slotPointer: (slot: number) => Local<"i32">) {
    const groups = new Map<string, Followed[]>();
    for (const followed of followedBy(step)) {
      const strides = nest.loops.map(({ axis }) => followed.affine.strides[axis] * followed.bytes);
      // A guarded access may lie outside of its slot, where a constant offset could overflow: it gets its own cursor.
      const key = [followed.slot, strides, followed.guarded ? followed.affine.offset : ""].join(";");
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [followed]);
      else group.push(followed);
    }
    this.all = [...groups.values()].map((group) => {
      const { slot, bytes, affine } = group[0];
      const start = Math.min(...group.map((member) => member.affine.offset)) * bytes;
      const base = slot === null ? i32.const(start | 0) : i32.add(slotPointer(slot), start | 0);
      const steps = nest.loops.map(({ axis }) => affine.strides[axis] * bytes);
      const cursor = new Cursor(f, f.let(base), steps);
      for (const member of group) {
        this.#positions.set(member.affine, { cursor, offset: member.affine.offset * bytes - start });
      }
      return cursor;
    });
  }

  /** The cursors that some instructions and stores read. */
  usedBy(instructions: readonly Instruction[], stores: readonly Affine[]): Cursor[] {
    const affines = [...instructions.flatMap(affinesOf), ...stores];
    return [...new Set(affines.map((affine) => this.positionOf(affine).cursor))];
  }

  positionOf(affine: Affine): Position {
    const position = this.#positions.get(affine);
    if (position === undefined) throw new Error("an affine function of the step has no cursor");
    return position;
  }
}

interface Followed {
  readonly affine: Affine;
  /** Null for index values. */
  readonly slot: number | null;
  readonly bytes: number;
  readonly guarded: boolean;
}

function followedBy(step: LoopStep): Followed[] {
  const access = (affine: Access, guarded: boolean): Followed => {
    return { affine, slot: affine.slot, bytes: elementBytes(affine.dtype), guarded };
  };
  const values = step.instructions.flatMap((instruction): Followed[] => {
    if (instruction.op === "load") return [access(instruction, instruction.guard !== undefined)];
    const index = (affine: Affine): Followed => ({ affine, slot: null, bytes: 1, guarded: false });
    if (instruction.op === "index") return [index(instruction)];
    return instruction.op === "inside" ? instruction.bounds.map(index) : [];
  });
  const stores = step.phases.flatMap((phase) => phase.stores.map((store) => access(store, false)));
  return [...values, ...stores];
}
