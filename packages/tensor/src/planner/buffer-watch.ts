import type { LoopContext } from "./loop-builder.ts";

/** Remembers of which nodes it mattered whether they have buffers. */
export class BufferWatch implements LoopContext {
  readonly graph: LoopContext["graph"];
  readonly places: LoopContext["places"];
  readonly #context: LoopContext;
  readonly #asked: number[] = [];
  readonly #slots: number[] = [];

  constructor(context: LoopContext) {
    this.graph = context.graph;
    this.places = context.places;
    this.#context = context;
  }

  slotOf(node: number): number {
    const slot = this.#context.slotOf(node);
    this.#asked.push(node);
    this.#slots.push(slot);
    return slot;
  }

  /** Whether all answers would be the same now. */
  get isCurrent(): boolean {
    for (let i = 0; i < this.#asked.length; i++) {
      if (this.#context.slotOf(this.#asked[i]) !== this.#slots[i]) return false;
    }
    return true;
  }
}
