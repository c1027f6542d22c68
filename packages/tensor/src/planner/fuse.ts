import type { BackendProfile } from "../backend.ts";
import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Step } from "../kernel/step.ts";
import { anchorStep } from "./anchor.ts";
import { type Draft, dropUnreadStores, joinKernel, storeTwice } from "./join-kernels.ts";
import { LoopBuilder, type LoopContext, MustMaterialize } from "./loop-builder.ts";
import { loopShapeOf } from "./loop-shape.ts";
import { anchorKinds } from "./partition.ts";

/** One step of the program and the nodes it stores. */
export interface Kernel {
  readonly step: Step;
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
    try {
      if (anchorKinds.has(kind)) {
        const { step, reads } = anchorStep(graph, node, context, profile);
        for (const read of reads) anchorReads.add(read);
        kernelOf.set(node, kernels.push(step) - 1);
        continue;
      }
      for (const { node: part, offset } of partsOf(graph, node)) {
        const producer = kernelOf.get(part) ?? -1;
        if (producer >= 0 && storeTwice(kernels, producer, part, { into: node, offset }, context, profile)) {
          kernelOf.set(node, Math.max(kernelOf.get(node) ?? 0, producer));
          continue;
        }
        const { shape, axes, folded } = loopShapeOf(graph, part, node, materialized);
        const root = { node: part, into: node, axes, offset };
        const builder = new LoopBuilder(context, shape);
        builder.store(root);
        if (!builder.foldsInOrder) throw new MustMaterialize(builder.unordered);
        if (builder.reads.size + 1 > profile.maxSlotsPerStep) {
          throw new MustMaterialize(cutPoint(graph, part, materialized));
        }
        const at = joinKernel(kernels, kernelOf, { shape, folded, roots: [root], builder }, context, profile);
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
