import type { VectorLocal } from "../math/vector-writer.ts";

/** Values computed so far in the code being written, for each copy. An inner scope sees those of the scopes around it. */
export class Values {
  readonly #own = new Map<number, VectorLocal[]>();
  readonly #around: Values | null;

  constructor(around: Values | null = null) {
    this.#around = around;
  }

  has(instruction: number): boolean {
    return this.#own.has(instruction) || (this.#around?.has(instruction) ?? false);
  }

  /** The value in one copy; all copies share a value that does not differ between lanes. */
  get(instruction: number, copy: number): VectorLocal {
    const copies = this.#own.get(instruction);
    if (copies !== undefined) return copies[copy] ?? copies[0];
    if (this.#around === null) throw new Error(`instruction ${instruction} is used before it is computed`);
    return this.#around.get(instruction, copy);
  }

  set(instruction: number, copies: VectorLocal[]): void {
    this.#own.set(instruction, copies);
  }
}
