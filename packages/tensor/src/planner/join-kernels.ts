import type { BackendProfile } from "../backend.ts";
import type { Step } from "../kernel/step.ts";
import { sameShape } from "../shape.ts";
import { LoopBuilder, type LoopContext, type LoopShape, type Root } from "./loop-builder.ts";

/** Instructions a kernel of several outputs may have: more spill registers without saving reads. */
const mostInstructions = 192;

/** A loop kernel being put together. */
export interface Draft {
  readonly shape: LoopShape;
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
  const merged = tryMerge(host, copies, context, profile);
  if (merged === null) return false;
  kernels[at] = merged;
  return true;
}

/** A kernel with more roots, unless it would then read what it stores, or be too large for the device. */
function tryMerge(
  { shape, roots }: Draft,
  more: readonly Root[],
  context: LoopContext,
  profile: BackendProfile,
): Draft | null {
  const all = [...roots, ...more];
  const builder = new LoopBuilder(context, shape);
  for (const root of all) builder.store(root);
  // Reading back what the kernel itself stores would be a race: then it must stay apart.
  if (all.some(({ into }) => builder.reads.has(into))) return null;
  const written = new Set(all.map(({ into }) => into));
  if (builder.reads.size + written.size > profile.maxSlotsPerStep || builder.size > mostInstructions) return null;
  return { shape, roots: all, builder };
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
    if (!(isConsumer ? coversLoops(host, draft) : sameLoops(host, draft))) continue;
    if (at > needs && !sharesReads(host.builder.reads, reads)) continue;
    const merged = tryMerge(host, draft.roots, context, profile);
    if (merged === null) continue;
    kernels[at] = merged;
    return at;
  }
  return kernels.push(draft) - 1;
}

function sameLoops(a: Draft, b: Draft): boolean {
  return sameShape(a.shape.outer, b.shape.outer) && sameShape(a.shape.inner, b.shape.inner);
}

/** Whether a kernel can run at the points of the outer loops of another, behind its reductions: the update of a bias. */
function coversLoops(host: Draft, draft: Draft): boolean {
  return sameLoops(host, draft) || (draft.shape.inner.length === 0 && sameShape(host.shape.outer, draft.shape.outer));
}

function sharesReads(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  for (const node of b) if (a.has(node)) return true;
  return false;
}
