import type { Affine, LoopStep } from "@minima/tensor";

/** One loop of the code that is written. */
interface NestLoop {
  /** Which loop of the step it is: an index into the strides of its affine functions. */
  readonly axis: number;
  readonly extent: number;
  /** Whether it runs over [first, last) instead of the whole extent: the outermost outer loop of the step. */
  readonly split: boolean;
  /** A loop may be cut in two: one over tiles of `tileSize` rounds, and further inside one over the rounds of a tile. */
  readonly part: "whole" | "tiles" | "tile";
}

/** Rounds of a tile. */
export const tileSize = 8;

/**
 * The order in which the loops of a step are nested. Loops of extent 1 are left out, save the one that threads share.
 * A *depth* counts enclosing loops: 0 is outside of all, `loops.length` the innermost body.
 *
 * The *lane loop* is the one whose points fill the lanes of a vector. It is innermost among the outer loops or innermost of
 * all; where the step has another order, the lane loop is moved there. Only the rounds of a tile are inside of it.
 */
export interface Nest {
  readonly loops: readonly NestLoop[];
  /** How many of the loops, the first ones, are outer. */
  readonly outerDepth: number;
  /** Position of the lane loop, or -1 if all loops have extent 1. */
  readonly lane: number;
  /** Its axis, or -1. */
  readonly laneAxis: number;
}

/** Number of 32-bit lanes of a vector. */
export const laneCount = 4;

/**
 * The nest whose lane loop is the loop `laneAxis` of the step, or has none if that is -1. If `tileAxis` is not -1, that outer
 * loop is cut into tiles, whose rounds run inside of the lane loop.
 */
export function buildNest(step: LoopStep, laneAxis: number, tileAxis = -1): Nest {
  const laneLast = (a: NestLoop, b: NestLoop): number => Number(a.axis === laneAxis) - Number(b.axis === laneAxis);
  const outer = step.outer
    .map((extent, axis): NestLoop => ({ axis, extent, split: axis === 0, part: axis === tileAxis ? "tiles" : "whole" }))
    .filter(({ extent, split }) => extent !== 1 || split)
    .sort(laneLast);
  if (tileAxis >= 0) outer.push({ axis: tileAxis, extent: tileSize, split: false, part: "tile" });
  const inner = step.inner
    .map((extent, i): NestLoop => ({ axis: step.outer.length + i, extent, split: false, part: "whole" }))
    .filter(({ extent }) => extent !== 1)
    .sort(laneLast);
  const loops = [...outer, ...inner];
  return { loops, outerDepth: outer.length, lane: loops.findIndex(({ axis }) => axis === laneAxis), laneAxis };
}

/** Depth of the innermost loop that an affine function depends on. */
export function affineDepth(nest: Nest, { strides }: Affine): number {
  let depth = nest.loops.length;
  while (depth > 0 && strides[nest.loops[depth - 1].axis] === 0) depth--;
  return depth;
}

/** How an affine function advances from one lane to the next. */
export function laneStride(nest: Nest, { strides }: Affine): number {
  return nest.lane < 0 ? 0 : strides[nest.laneAxis];
}

/** Whether lanes are points of an inner loop, so that reductions fold across lanes. */
export function lanesAreInner(nest: Nest): boolean {
  return nest.lane >= nest.outerDepth;
}
