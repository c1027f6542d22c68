import { type BackendProfile } from "../backend.ts";
import { bytesPerElement } from "../dtype.ts";
import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import type { Step } from "../kernel/step.ts";
import { fuseEpilogues } from "./epilogue.ts";
import { type Kernel, fuseKernels } from "./fuse.ts";
import { fuseMaxPooling } from "./max-pool.ts";
import { updateInPlace } from "./in-place.ts";
import { assignMemory } from "./memory.ts";
import { mergeEqualNodes } from "./merge-equal.ts";
import { partitionGraph } from "./partition.ts";
import type { Plan, Slot } from "./plan.ts";
import { chooseResultLayouts } from "./result-layouts.ts";

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
  for (;;) {
    const { materialized } = partitionGraph(graph, forced, profile);
    const draft = new SlotTable(graph, materialized);
    const misfits: number[] = [];
    const kernels = fuseKernels(graph, materialized, draft, profile, (error) => {
      if (forced.has(error.node)) throw error;
      misfits.push(error.node);
    });
    if (misfits.length === 0) return finish(kernels, draft, profile);
    for (const node of misfits) forced.add(node);
  }
}

/** Slots of the nodes with buffers, before buffers are shared; and the scalar block. */
class SlotTable {
  readonly graph: Graph;
  readonly slots: Slot[] = [];
  readonly scalars: number[] = [];
  readonly #bySlotNode = new Map<number, number>();
  readonly #scalarOf = new Map<number, number>();

  constructor(graph: Graph, materialized: ReadonlySet<number>) {
    this.graph = graph;
    const outputs = new Set(graph.outputs);
    const replaces = new Map(graph.updates?.map(({ leaf, output }) => [output, { replaces: leaf }]));
    for (const node of [...materialized].sort((a, b) => a - b)) {
      const { kind, shape, dtype } = graph.nodes[node];
      const bytes = sizeOf(shape) * bytesPerElement[dtype];
      this.#bySlotNode.set(node, this.slots.length);
      if (kind === "leaf") this.slots.push({ kind: "leaf", node });
      else if (outputs.has(node)) this.slots.push({ kind: "output", node, bytes, ...replaces.get(node) });
      else this.slots.push({ kind: "temporary", bytes });
    }
  }

  slotOf(node: number): number {
    return this.#bySlotNode.get(node) ?? -1;
  }

  scalarOf(node: number): number {
    let index = this.#scalarOf.get(node);
    if (index === undefined) {
      index = this.scalars.push(node) - 1;
      this.#scalarOf.set(node, index);
    }
    return index;
  }
}

function finish(kernels: readonly Kernel[], table: SlotTable, profile: BackendProfile): Plan {
  const passes = [chooseResultLayouts, fuseMaxPooling, fuseEpilogues];
  const steps = passes.reduce<readonly Step[]>(
    (all, pass) => pass(all, table.slots, profile),
    kernels.map((kernel) => kernel.step),
  );
  const updated = updateInPlace(steps, table.slots);
  return { ...assignMemory(updated.steps, updated.slots), scalars: table.scalars };
}
