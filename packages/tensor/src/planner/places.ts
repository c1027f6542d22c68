import { type Index, indexWords } from "./affine.ts";
import { Interner } from "./interner.ts";

/** Where the value of a node is wanted: at an index of it, and only where an instruction is true; -1 means everywhere. */
export interface Place {
  /** Equal for equal places. */
  readonly id: number;
  readonly index: Index;
  readonly guard: number;
}

/** The places that the kernels of a graph have: most of them are those of others. */
export class Places {
  readonly #known = new Interner();
  readonly #places: Place[] = [];

  /** @param loops - How many loops the kernel has. */
  at(index: Index, guard: number, loops: number): Place {
    const id = this.#known.numberOf(indexWords(index, guard, loops));
    return (this.#places[id] ??= { id, index, guard });
  }
}
