import { type Access, type Affine, type LoopStep, sizeOf } from "@minima/tensor";
import type { KernelLimits } from "../kernel/kernel.ts";
import { mostLanes } from "../kernel/lanes.ts";
import { isByte } from "../kernel/value-type.ts";
import type { SharedLoops } from "./combine-lanes.ts";
import { type Quads, findQuads } from "./quads.ts";

/** How the points of a loop step are spread over invocations. */
export type Strategy =
  /** One invocation computes one outer point, inner loops and all; or, with quads of an outer loop, four. */
  | { readonly kind: "invocation"; readonly quads?: Quads | null }
  /** One invocation computes four neighbouring outer points, whose bytes fill a word. */
  | { readonly kind: "fourPoints" }
  /** The invocations of a workgroup share the inner loops of one outer point, or of several neighbouring ones. */
  | ({ readonly kind: "workgroup"; readonly quads?: Quads | null } & SharedLoops);

/** Inner loops of up to this many points are not worth sharing. */
const shortInner = 32;
/** Where neighbouring invocations read neighbouring elements, and there are so many, inner loops may be longer. */
const manyPoints = 1024;
const mediumInner = 1024;

/**
 * Chosen by extents and strides alone, so that the same step gives the same bits on a device.
 */
export function chooseStrategy(step: LoopStep, limits: KernelLimits): Strategy {
  const { reducedAlone, reducedTogether } = limits.tuning;
  const inner = sizeOf(step.inner);
  const points = sizeOf(step.outer);
  const alongPoints = readsAlongPoints(step);
  const isAlone = points >= reducedAlone || (points >= manyPoints && inner <= mediumInner && alongPoints);
  if (inner > shortInner && !isAlone) {
    const together = alongPoints ? ([32, 16, 8].find((count) => points % count === 0) ?? 1) : 1;
    const quads = together === 1 ? findQuads(step, step.outer.length + step.inner.length - 1) : null;
    const perLane = quads === null ? 4 : 16;
    const wanted = Math.max(2 ** Math.ceil(Math.log2(inner / perLane)), 32);
    const most = Math.min(mostLanes(limits), reducedTogether);
    const lanes = Math.min(wanted, most / together);
    return { kind: "workgroup", lanes, points: together, quads };
  }
  const quads = findQuads(step, step.outer.length + step.inner.length - 1);
  if (quads !== null) return { kind: "invocation", quads };
  return storesWholeWords(step) ? { kind: "fourPoints" } : { kind: "invocation" };
}

/** Whether most loads move on by one element from one outer point to the next. */
function readsAlongPoints(step: LoopStep): boolean {
  const last = step.outer.length - 1;
  const loads = step.instructions.filter((instruction) => instruction.op === "load");
  return last >= 0 && loads.filter(({ strides }) => strides[last] === 1).length * 2 > loads.length;
}

/** Whether there are stores of bytes, each at the position that is the number of its point. */
function storesWholeWords(step: LoopStep): boolean {
  const stores = step.phases.flatMap((phase) => phase.stores.map((store) => ({ inner: phase.inner, store })));
  const bytes = stores.filter(({ store }) => isByte(store.dtype));
  return bytes.length > 0 && bytes.every(({ inner, store }) => !inner && isPointNumber(store, step.outer));
}

/** Whether an access is to the element that has the number of the outer point. */
export function isPointNumber({ offset, strides }: Access | Affine, outer: readonly number[]): boolean {
  let stride = 1;
  for (let loop = outer.length - 1; loop >= 0; loop--) {
    if (strides[loop] !== stride) return false;
    stride *= outer[loop];
  }
  return offset === 0;
}
