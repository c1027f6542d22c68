import type { GradientSlot, Node } from "./node.ts";
import { activeTrace } from "./trace.ts";

/** Where a new leaf collects its gradient. What changes while a function is recorded is that of the recording. */
export function newGradientSlot(): GradientSlot {
  return new TracedSlot();
}

class TracedSlot implements GradientSlot {
  #gradient: Node | null = null;

  get gradient(): Node | null {
    return this.#gradient;
  }

  set gradient(value: Node | null) {
    activeTrace()?.beforeGradient(this);
    this.#gradient = value;
  }
}
