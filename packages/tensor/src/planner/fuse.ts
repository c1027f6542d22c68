import type { BackendProfile } from "../backend.ts";
import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Step } from "../kernel/step.ts";
import { anchorStep } from "./anchor.ts";
import { type Draft, dropUnreadStores } from "./join-kernels.ts";
import { KernelList } from "./kernel-list.ts";
import { type LoopContext, MustMaterialize } from "./loop-builder.ts";
import { LoopCache } from "./loop-cache.ts";
import { loopShapeOf } from "./loop-shape.ts";
import { anchorKinds } from "./partition.ts";

/** What comes of fusing: the kernels, or the nodes that cannot be computed where they are wanted. */
type Fused = { readonly steps: readonly Step[] } | { readonly misfits: readonly number[] };

/** What computes a node with a buffer: an anchor, or a loop for each part that is stored there. */
type NodeKernels = Step | readonly { readonly part: number; readonly draft: Draft }[];

/** Makes kernels of a graph. Where it is partitioned again, the loops that have not changed are taken over. */
export class KernelFuser implements LoopContext {
  readonly graph: Graph;
  readonly #profile: BackendProfile;
  #loops = new LoopCache(this);
  #materialized: ReadonlySet<number> = new Set();

  constructor(graph: Graph, profile: BackendProfile) {
    this.graph = graph;
    this.#profile = profile;
  }

  slotOf(node: number): number {
    return this.#materialized.has(node) ? node : -1;
  }

  /**
   * Makes one kernel for every node with a buffer, in topological order. If all values fit, it lets kernels of equal loops
   * that read the same data become one with several outputs.
   */
  fuse(materialized: ReadonlySet<number>): Fused {
    this.#materialized = materialized;
    const kernels = new Map<number, NodeKernels>();
    const misfits: number[] = [];
    for (const node of [...materialized].sort((a, b) => a - b)) {
      if (this.graph.nodes[node].kind === "leaf") continue;
      collectMisfit(misfits, () => void kernels.set(node, this.#kernelsOf(node)));
    }
    if (misfits.length > 0) return { misfits };
    const joined = collectMisfit(misfits, () => this.#join(kernels));
    if (joined !== undefined) return { steps: joined };
    this.#loops = new LoopCache(this); // its loops have got more stores
    return { misfits };
  }

  #kernelsOf(node: number): NodeKernels {
    const { graph } = this;
    if (anchorKinds.has(graph.nodes[node].kind)) return anchorStep(graph, node, this, this.#profile);
    return partsOf(graph, node).map(({ node: part, offset }) => {
      const { shape, axes, folded } = loopShapeOf(graph, part, node, this.#materialized);
      const root = { node: part, into: node, axes, offset };
      const builder = this.#loops.build(shape, root);
      if (!builder.foldsInOrder) throw new MustMaterialize(builder.unordered);
      if (builder.reads.size + 1 > this.#profile.maxSlotsPerStep) {
        throw new MustMaterialize(cutPoint(graph, part, this.#materialized));
      }
      return { part, draft: { shape, folded, roots: [root], builder } };
    });
  }

  #join(kernels: ReadonlyMap<number, NodeKernels>): Step[] {
    const list = new KernelList(this, this.#profile);
    for (const [node, own] of kernels) {
      if ("kind" in own) list.addAnchor(node, own);
      else for (const { part, draft } of own) if (!list.storeTwice(part, draft.roots[0])) list.join(node, draft);
    }
    return dropUnreadStores(list.all, this).map((kernel) => ("builder" in kernel ? kernel.builder.build() : kernel));
  }
}

/** What `make` gives; or nothing, if it meets a misfit. */
function collectMisfit<T>(misfits: number[], make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof MustMaterialize)) throw error;
    misfits.push(error.node);
    return undefined;
  }
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
