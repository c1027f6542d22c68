import type { BackendProfile } from "../backend.ts";
import type { Graph } from "../graph/graph.ts";
import type { Step } from "../kernel/step.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { sameOrder } from "./fold-order.ts";
import type { Folded } from "./loop-shape.ts";
import { LoopBuilder, type LoopContext, type LoopShape, type Root } from "./loop-builder.ts";

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
  readonly builder: LoopBuilder;
}

/** A value that only the kernel itself uses need not be stored, once all its consumers have come together there. */
export function dropUnreadStores(kernels: (Draft | Step)[], needed: Set<number>, context: LoopContext): void {
  for (const kernel of kernels) if ("builder" in kernel) for (const node of kernel.builder.reads) needed.add(node);
  kernels.forEach((kernel, at) => {
    if (!("builder" in kernel)) return;
    const roots = kernel.roots.filter(({ into }) => needed.has(into));
    if (roots.length === kernel.roots.length || roots.length === 0) return;
    const inside: LoopContext = {
      graph: context.graph,
      slotOf: (node) => (needed.has(node) ? context.slotOf(node) : -1),
      scalarOf: (node) => context.scalarOf(node),
    };
    const builder = new LoopBuilder(inside, kernel.shape);
    for (const root of roots) builder.store(root);
    kernels[at] = { ...kernel, roots, builder };
  });
}

/**
 * Lets the kernel that writes a join part by part write the parts into a join of joins as well, instead of a copy after it.
 */
export function storeTwice(
  kernels: (Draft | Step)[],
  at: number,
  join: number,
  { into, offset }: { readonly into: number; readonly offset: readonly number[] },
  context: LoopContext,
  profile: BackendProfile,
): boolean {
  const host = kernels[at];
  if (!("builder" in host) || context.graph.nodes[join].kind !== "concat") return false;
  const parts = host.roots.filter((root) => root.into === join);
  if (parts.length !== context.graph.nodes[join].inputs.length) return false;
  const copies = parts.map((part) => ({ ...part, into, offset: offset.map((o, axis) => o + part.offset[axis]) }));
  const merged = tryMerge(host, [...host.roots, ...copies], context, profile);
  if (merged === null) return false;
  kernels[at] = merged;
  return true;
}

/** A kernel with more roots, unless it would then read what it stores, or be too large for the device. */
function tryMerge(
  { shape, folded }: Draft,
  roots: readonly Root[],
  context: LoopContext,
  profile: BackendProfile,
): Draft | null {
  const builder = new LoopBuilder(context, shape);
  for (const root of roots) builder.store(root);
  if (!builder.foldsInOrder) return null;
  // Reading back what the kernel itself stores would be a race: then it must stay apart.
  if (roots.some(({ into }) => builder.reads.has(into))) return null;
  const written = new Set(roots.map(({ into }) => into));
  if (builder.reads.size + written.size > profile.maxSlotsPerStep || builder.size > mostInstructions) return null;
  return { shape, folded, roots, builder };
}

/** Adds a kernel to an earlier one it can run together with, or to the end. */
export function joinKernel(
  kernels: (Draft | Step)[],
  kernelOf: ReadonlyMap<number, number>,
  draft: Draft,
  context: LoopContext,
  profile: BackendProfile,
): number {
  const { reads } = draft.builder;
  const needs = Math.max(-1, ...[...reads].map((node) => kernelOf.get(node) ?? -1));
  for (let at = kernels.length - 1; at >= Math.max(0, needs); at--) {
    const host = kernels[at];
    if (!("builder" in host)) continue;
    const isConsumer = at === needs && host.roots.some(({ into }) => reads.has(into));
    if (at > needs && !sharesReads(host.builder.reads, reads)) continue;
    const [frame, roots] = (isConsumer ? inLoopsOfOne(host, draft, context) : inEqualLoops(host, draft)) ?? [];
    const merged = frame === undefined || roots === undefined ? null : tryMerge(frame, roots, context, profile);
    if (merged === null) continue;
    kernels[at] = merged;
    return at;
  }
  return kernels.push(draft) - 1;
}

/** The kernel whose loops run, and what is stored in them. */
type Joined = readonly [frame: Draft, roots: readonly Root[]];

function inEqualLoops(host: Draft, draft: Draft): Joined | null {
  const { outer, inner, order } = draft.shape;
  if (!sameShape(host.shape.outer, outer) || !sameShape(host.shape.inner, inner)) return null;
  if (!sameOrder(host.shape.order, order)) return null;
  return [host, [...host.roots, ...draft.roots]];
}

/** A kernel and one that reads what it computes: behind its reductions, or along the rows that one of them folds. */
function inLoopsOfOne(host: Draft, draft: Draft, { graph }: LoopContext): Joined | null {
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

function sharesReads(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const node of b) if (a.has(node)) return true;
  return false;
}
