import type { Phase } from "@minima/tensor";
import { isFloatSum } from "./fold.ts";
import { laneCount, lanesAreInner, type Nest } from "./nest.ts";
import { turns } from "./accumulator.ts";

/** A loop that stops every few rounds to move partial sums to the second level. */
export interface Chunks {
  /** Position of the loop in the nest. */
  readonly loop: number;
  /** Rounds between two stops; of the lane loop, vectors. */
  readonly rounds: number;
}

/** Terms that a float32 accumulator takes in before it is emptied. */
const termsAlongPoints = 32;
const termsAcrossLanes = 16;

/** Where the float sums of a phase are emptied, or null if they are short enough to need no second level. */
export function chunksOf(nest: Nest, phase: Phase): Chunks | null {
  if (!phase.reductions.some(isFloatSum)) return null;
  const limit = lanesAreInner(nest) ? termsAcrossLanes * turns : termsAlongPoints;
  let terms = 1;
  for (let loop = nest.loops.length - 1; loop >= nest.outerDepth; loop--) {
    const { extent } = nest.loops[loop];
    const rounds = loop === nest.lane ? Math.ceil(extent / laneCount) : extent;
    if (terms * rounds > limit) return { loop, rounds: Math.floor(limit / terms) };
    terms *= rounds;
  }
  return null;
}
