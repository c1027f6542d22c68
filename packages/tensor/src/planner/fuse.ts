import type { BackendProfile } from "../backend.ts";
import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Step } from "../kernel/step.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { anchorStep } from "./anchor.ts";
import { LoopBuilder, type LoopContext, type LoopShape, MustMaterialize, type Root } from "./loop-builder.ts";
import { anchorKinds, anchorOperands } from "./partition.ts";

/** One step of the program and the nodes it stores. */
export interface Kernel {
  readonly step: Step;
}

/** Rows of a fused row kernel may be this long: they should stay in the cache between the passes over them. */
const longestRow = 65536;

/** Instructions a kernel of several outputs may have: more spill registers without saving reads. */
const mostInstructions = 192;

/** A loop kernel being put together. */
interface Draft {
  readonly shape: LoopShape;
  readonly roots: readonly Root[];
  readonly builder: LoopBuilder;
}

/**
 * Makes one kernel for every node with a buffer, in topological order, and lets kernels of equal loops that read the
 * same data become one with several outputs.
 */
export function fuseKernels(
  graph: Graph,
  materialized: ReadonlySet<number>,
  context: LoopContext,
  profile: BackendProfile,
  onMisfit: (error: MustMaterialize) => void,
): Kernel[] {
  const kernels: (Draft | Step)[] = [];
  /** The kernel that computes a node. */
  const kernelOf = new Map<number, number>();
  /** The nodes that anchors read. */
  const anchorReads = new Set<number>();
  for (const node of [...materialized].sort((a, b) => a - b)) {
    const { kind } = graph.nodes[node];
    if (kind === "leaf") continue;
    if (anchorKinds.has(kind)) {
      const operands = anchorOperands(graph, node, materialized);
      for (const operand of operands) anchorReads.add(operand);
      kernelOf.set(node, kernels.push(anchorStep(graph, node, operands, context)) - 1);
      continue;
    }
    try {
      for (const { node: part, offset } of partsOf(graph, node)) {
        const producer = kernelOf.get(part) ?? -1;
        if (producer >= 0 && storeTwice(kernels, producer, part, { into: node, offset }, context, profile)) {
          kernelOf.set(node, Math.max(kernelOf.get(node) ?? 0, producer));
          continue;
        }
        const { shape, axes } = loopShapeOf(graph, part, node, materialized);
        const root = { node: part, into: node, axes, offset };
        const builder = new LoopBuilder(context, shape);
        builder.store(root);
        if (builder.reads.size + 1 > profile.maxSlotsPerStep) {
          throw new MustMaterialize(cutPoint(graph, part, materialized));
        }
        const at = joinKernel(kernels, kernelOf, { shape, roots: [root], builder }, context, profile);
        kernelOf.set(node, Math.max(kernelOf.get(node) ?? 0, at));
      }
    } catch (error) {
      if (!(error instanceof MustMaterialize)) throw error;
      onMisfit(error);
    }
  }
  dropUnreadStores(kernels, new Set([...graph.outputs, ...anchorReads]), context);
  return kernels.map((kernel) => ({ step: "builder" in kernel ? kernel.builder.build() : kernel }));
}

/** A value that only the kernel itself uses need not be stored, once all its consumers have come together there. */
function dropUnreadStores(kernels: (Draft | Step)[], needed: Set<number>, context: LoopContext): void {
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
function storeTwice(
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
function joinKernel(
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

/** What is stored into a node's buffer: the node itself, or the parts of a join one by one. */
function partsOf(graph: Graph, position: number): { node: number; offset: readonly number[] }[] {
  const node = graph.nodes[position];
  if (node.kind !== "concat") return [{ node: position, offset: [] }];
  let start = 0;
  return node.inputs.map((input) => {
    const offset = node.shape.map((_, axis) => (axis === node.attributes.axis ? start : 0));
    start += graph.nodes[input].shape[node.attributes.axis];
    return { node: input, offset };
  });
}

/**
 * The loops of the kernel that stores a node: over its elements; inner loops over what a reduction inside of it folds,
 * which for a row kernel (softmax) are axes of the node itself.
 */
function loopShapeOf(
  graph: Graph,
  node: number,
  into: number,
  materialized: ReadonlySet<number>,
): { shape: LoopShape; axes: number[] } {
  const { shape } = graph.nodes[node];
  const isLoaded = node !== into && materialized.has(node);
  const reduction = isLoaded ? null : firstReduction(graph, node, materialized);
  if (reduction === null) return { shape: { outer: shape, inner: [] }, axes: [] };
  const { inputShape, axes, size } = reduction;
  const inner = axes.map((axis) => inputShape[axis]);
  if (size === sizeOf(shape) && !(sameShape(inputShape, shape) && sizeOf(inner) === 1)) {
    return { shape: { outer: shape, inner }, axes: [] };
  }
  if (sameShape(inputShape, shape) && sizeOf(inner) <= longestRow) {
    return { shape: { outer: shape.filter((_, axis) => !axes.includes(axis)), inner }, axes: [...axes] };
  }
  throw new MustMaterialize(reduction.node);
}

interface FoundReduction {
  readonly node: number;
  readonly inputShape: readonly number[];
  readonly axes: readonly number[];
  readonly size: number;
}

/** The reduction nearest to a node among those computed inside its kernel. */
function firstReduction(graph: Graph, root: number, materialized: ReadonlySet<number>): FoundReduction | null {
  const queue = [root];
  const seen = new Set(queue);
  for (let next = 0; next < queue.length; next++) {
    const node = graph.nodes[queue[next]];
    if (node.kind === "reduce") {
      const inputShape = graph.nodes[node.inputs[0]].shape;
      return { node: queue[next], inputShape, axes: node.attributes.axes, size: sizeOf(node.shape) };
    }
    for (const input of node.inputs) {
      if (seen.has(input) || materialized.has(input)) continue;
      seen.add(input);
      queue.push(input);
    }
  }
  return null;
}

/**
 * Where to cut a kernel that reads more buffers than the device can bind: at the inner value that takes the most of
 * them, but not all.
 */
function cutPoint(graph: Graph, root: number, materialized: ReadonlySet<number>): number {
  const readsBelow = (node: number, reads = new Set<number>()): Set<number> => {
    for (const input of graph.nodes[node].inputs) {
      if (materialized.has(input)) reads.add(input);
      else readsBelow(input, reads);
    }
    return reads;
  };
  const total = readsBelow(root).size;
  let best = -1;
  let most = 1;
  const visit = (node: number): void => {
    for (const input of graph.nodes[node].inputs) {
      if (materialized.has(input)) continue;
      const count = readsBelow(input).size;
      if (count > most && count < total) {
        best = input;
        most = count;
      }
      if (count >= most) visit(input);
    }
  };
  visit(root);
  if (best < 0) {
    const { kind, shape } = graph.nodes[root];
    throw new MinimaError(
      `${kind} to shape [${shape.join(", ")}] reads ${total} tensors at once, more than the device binds`,
    );
  }
  return best;
}
