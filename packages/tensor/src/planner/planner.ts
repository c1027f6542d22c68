import { type BackendProfile } from "../backend.ts";
import { bytesPerElement } from "../dtype.ts";
import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import type { Step } from "../kernel/step.ts";
import { fuseEpilogues } from "./epilogue.ts";
import { KernelFuser } from "./fuse.ts";
import { fuseMaxPooling } from "./max-pool.ts";
import { updateInPlace } from "./in-place.ts";
import { assignMemory } from "./memory.ts";
import { mergeEqualNodes } from "./merge-equal.ts";
import { numberScalars } from "./number-scalars.ts";
import { partitionGraph } from "./partition.ts";
import type { Plan, Slot } from "./plan.ts";
import { chooseResultLayouts } from "./result-layouts.ts";

/**
 * Rounds in which only what is known not to fit gets a buffer: often the value below it fits then. After these, all that would
 * show in later rounds gets one too, so that there are few however many misfits hang on one another.
 */
const carefulRounds = 4;

/**
 * Turns a graph into a program for a backend: decides what is fused with what, folds views into accesses, and assigns
 * memory. A pure function of its arguments.
 *
 * Fusion is optimistic: a kernel takes in whatever its consumer needs, and when a value turns out not to fit (a reshape
 * that is not affine, a reduction over other axes), that value gets a buffer and the graph is partitioned again.
 */
export function planGraph(asked: Graph, profile: BackendProfile): Plan {
  if (profile.composites?.attention === undefined && asked.nodes.some(({ kind }) => kind === "attention")) {
    throw new MinimaError(
      "scaledDotProductAttention was called for a backend with kernels for it, and is run on one without; " +
        "call setBackend before the operation",
    );
  }
  const graph = mergeEqualNodes(asked);
  const forced = new Set<number>();
  const fuser = new KernelFuser(graph, profile);
  for (let round = 0; ; round++) {
    const { materialized } = partitionGraph(graph, forced, profile);
    const fused = fuser.fuse(materialized, round >= carefulRounds);
    if ("steps" in fused) return finish(fused.steps, slotsOfNodes(graph, materialized), profile);
    for (const node of fused.misfits) forced.add(node);
  }
}

/** The slots of the nodes with buffers, by their positions, before buffers are shared. */
function slotsOfNodes(graph: Graph, materialized: ReadonlySet<number>): Slot[] {
  const outputs = new Set(graph.outputs);
  const replaces = new Map(graph.updates?.map(({ leaf, output }) => [output, { replaces: leaf }]));
  const slots = new Array<Slot>(graph.nodes.length);
  for (const node of materialized) {
    const { kind, shape, dtype } = graph.nodes[node];
    const bytes = sizeOf(shape) * bytesPerElement[dtype];
    if (kind === "leaf") slots[node] = { kind, node };
    else
      slots[node] = outputs.has(node)
        ? { kind: "output", node, bytes, ...replaces.get(node) }
        : { kind: "temporary", bytes };
  }
  return slots;
}

function finish(kernels: readonly Step[], slots: readonly Slot[], profile: BackendProfile): Plan {
  const passes = [chooseResultLayouts, fuseMaxPooling, fuseEpilogues];
  const { steps, scalars } = numberScalars(passes.reduce((all, pass) => pass(all, slots, profile), kernels));
  const updated = updateInPlace(steps, slots);
  return { ...assignMemory(updated.steps, updated.slots), scalars };
}
