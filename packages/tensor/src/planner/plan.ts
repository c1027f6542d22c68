import type { Step } from "../kernel/step.ts";

/** What a slot of a program is bound to. */
export type Slot =
  /** The value of the leaf at this position of the graph. */
  | { readonly kind: "leaf"; readonly node: number }
  /**
   * A fresh buffer, which becomes the value of the node at this position. It may be written over the leaf at the position
   * `replaces`, if no step is disturbed by that.
   */
  | { readonly kind: "output"; readonly node: number; readonly bytes: number; readonly replaces?: number }
  /** The buffer of the leaf, which becomes the value of the node: the program overwrites it. */
  | { readonly kind: "update"; readonly node: number; readonly leaf: number; readonly bytes: number }
  /** Memory needed while the program runs; shared by values whose lifetimes are disjoint. */
  | { readonly kind: "temporary"; readonly bytes: number };

/** A graph turned into work for one backend: a pure function of (graph, profile). */
export interface Plan {
  readonly steps: readonly Step[];
  readonly slots: readonly Slot[];
  /** Positions of the `fill` nodes whose numbers make up the scalar block, in order. */
  readonly scalars: readonly number[];
}
