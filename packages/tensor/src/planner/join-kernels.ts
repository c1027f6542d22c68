import type { BackendProfile } from "../backend.ts";
import type { Graph } from "../graph/graph.ts";
import type { Step } from "../kernel/step.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { sameOrder } from "./fold-order.ts";
import type { Folded } from "./loop-shape.ts";
import { LoopBuilder, type LoopContext, type LoopShape, type Root } from "./loop-builder.ts";
import { slotsOf } from "./memory.ts";

/**
 * Element-wise work is done row by row in the kernel that folds the rows, if these are long enough to fill vectors, short
 * enough to stay in a cache, and so many that all threads have work, or it is little.
 */
const [shortestRow, longestRow, fewestRows, littleWork] = [32, 4096, 64, 16_384];
/** Instructions a kernel of several outputs may have: more spill registers without saving reads. */
const mostInstructions = 192;

/** A loop kernel being put together. */
export interface Draft {
  readonly shape: LoopShape;
  readonly folded: Folded | null;
  readonly roots: readonly Root[];
  builder: LoopBuilder;
}

/** A value that only the kernel itself uses need not be stored, once all its consumers have come together there. */
export function dropUnreadStores(kernels: readonly (Draft | Step)[], context: LoopContext): (Draft | Step)[] {
  const needed = new Set(context.graph.outputs);
  for (const kernel of kernels) {
    for (const node of "builder" in kernel ? kernel.builder.reads : slotsOf(kernel)) needed.add(node);
  }
  const inside: LoopContext = {
    ...{ graph: context.graph, places: context.places },
    slotOf: (node) => (needed.has(node) ? context.slotOf(node) : -1),
  };
  return kernels.map((kernel) => {
    if (!("builder" in kernel)) return kernel;
    const roots = kernel.roots.filter(({ into }) => needed.has(into));
    if (roots.length === kernel.roots.length || roots.length === 0) return kernel;
    return { ...kernel, roots, builder: new LoopBuilder(inside, kernel.shape).storeAll(roots) };
  });
}

/** A kernel with more roots, unless it would then read what it stores, or be too large for the device. */
export function tryMerge(
  host: Draft,
  [{ shape, folded, builder: own }, roots]: Joined,
  context: LoopContext,
  profile: BackendProfile,
): Draft | null {
  const isExtended = own === host.builder;
  const builder = isExtended ? own : new LoopBuilder(context, shape);
  builder.storeAll(isExtended ? roots.slice(host.roots.length) : roots);
  const written = new Set(roots.map(({ into }) => into));
  const fits =
    builder.foldsInOrder &&
    // Reading back what the kernel itself stores would be a race: then it must stay apart.
    !roots.some(({ into }) => builder.reads.has(into)) &&
    builder.reads.size + written.size <= profile.maxSlotsPerStep &&
    builder.size <= mostInstructions;
  if (fits) return { shape, folded, roots, builder };
  if (isExtended) host.builder = new LoopBuilder(context, shape).storeAll(host.roots);
  return null;
}

/** The kernel whose loops run, and what is stored in them. */
export type Joined = readonly [frame: Draft, roots: readonly Root[]];

/** Two kernels whose loops are the same. */
export function inEqualLoops(host: Draft, draft: Draft): Joined | null {
  const { outer, inner, order } = draft.shape;
  if (!sameShape(host.shape.outer, outer) || !sameShape(host.shape.inner, inner)) return null;
  if (!sameOrder(host.shape.order, order)) return null;
  return [host, [...host.roots, ...draft.roots]];
}

/** A kernel and one that reads what it computes: behind its reductions, or along the rows that one of them folds. */
export function inLoopsOfOne(host: Draft, draft: Draft, { graph }: LoopContext): Joined | null {
  const isBehind = draft.shape.inner.length === 0 && sameShape(host.shape.outer, draft.shape.outer);
  if (isBehind) return [host, [...host.roots, ...draft.roots]];
  if (foldsRowsOf(host, draft, graph)) return [host, [...host.roots, ...alongRows(draft, host)]];
  if (foldsRowsOf(draft, host, graph)) return [draft, [...alongRows(host, draft), ...draft.roots]];
  return inEqualLoops(host, draft);
}

/** Whether a kernel folds rows, whole last axes, of tensors of the shape that an element-wise kernel computes. */
function foldsRowsOf({ shape, folded }: Draft, elements: Draft, { nodes }: Graph): boolean {
  if (folded === null || elements.shape.inner.length > 0) return false;
  if (!elements.roots.every(({ node }) => sameShape(nodes[node].shape, folded.shape))) return false;
  // A sum that is permuted behind the fold has its loops in another order.
  const kept = folded.shape.filter((extent, axis) => extent !== 1 && !folded.axes.includes(axis));
  if (!sameShape(shape.outer, kept)) return false;
  const isLast = folded.axes.every((axis, i) => axis === folded.shape.length - folded.axes.length + i);
  const isMany = sizeOf(shape.outer) >= fewestRows || sizeOf(folded.shape) <= littleWork;
  const length = sizeOf(shape.inner);
  return isLast && isMany && length >= shortestRow && length <= longestRow;
}

function alongRows({ roots }: Draft, { folded }: Draft): Root[] {
  return roots.map((root) => ({ ...root, axes: folded?.axes ?? [] }));
}
