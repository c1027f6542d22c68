import type { BackendProfile } from "../backend.ts";
import type { Graph } from "../graph/graph.ts";
import type { Step } from "../kernel/step.ts";
import { anchorStep } from "./anchor.ts";
import { BufferWatch } from "./buffer-watch.ts";
import { cutPoint } from "./cut-point.ts";
import { type Draft, dropUnreadStores } from "./join-kernels.ts";
import { KernelList } from "./kernel-list.ts";
import { LoopBuilder, type LoopContext, MustMaterialize, type Root } from "./loop-builder.ts";
import { loopShapeOf } from "./loop-shape.ts";
import { anchorKinds } from "./partition.ts";
import { Places } from "./places.ts";

/** What comes of fusing: the kernels, or the nodes that cannot be computed where they are wanted. */
type Fused = { readonly steps: readonly Step[] } | { readonly misfits: readonly number[] };

/** What computes a node with a buffer: an anchor, or a loop for each part that is stored there. */
type NodeKernels = Step | readonly { readonly part: number; readonly draft: Draft }[];

/** Makes kernels of a graph. Where it is partitioned again, those that nothing has changed for are taken over. */
export class KernelFuser implements LoopContext {
  readonly graph: Graph;
  readonly #profile: BackendProfile;
  readonly places = new Places();
  readonly #known = new Map<number, { readonly kernels: NodeKernels; readonly buffers: BufferWatch }>();
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
   *
   * @param isThorough - Gives a misfit its buffer at once, so that what does not fit in turn shows now and not a round later.
   */
  fuse(materialized: ReadonlySet<number>, isThorough: boolean): Fused {
    const buffers = new Set(materialized);
    this.#materialized = buffers;
    const kernels = new Map<number, NodeKernels>();
    const misfits: number[] = [];
    for (const node of [...materialized].sort((a, b) => a - b)) {
      const waiting = [node];
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        if (this.graph.nodes[next].kind === "leaf") continue;
        const found = new Set<number>();
        kernels.set(next, this.#kernelsOf(next, isThorough, found));
        if (isThorough && found.size > 0) waiting.push(next, ...found);
        for (const misfit of found) {
          if (buffers.has(misfit)) throw new MustMaterialize(misfit);
          misfits.push(misfit);
          if (isThorough) buffers.add(misfit);
        }
      }
    }
    if (misfits.length > 0) return { misfits };
    let steps: Step[] = [];
    const misfit = misfitOf(() => void (steps = this.#join(kernels)));
    if (misfit < 0) return { steps };
    this.#known.clear(); // loops have got more stores
    return { misfits: [misfit] };
  }

  /** Makes the kernels of a node, or takes them over, and adds what does not fit to the misfits. */
  #kernelsOf(node: number, isThorough: boolean, misfits: Set<number>): NodeKernels {
    const known = this.#known.get(node);
    if (known?.buffers.isCurrent === true) return known.kernels;
    const { graph } = this;
    const buffers = new BufferWatch(this);
    const parts: { part: number; draft: Draft }[] = [];
    let anchor: Step | undefined;
    const tryTo = (make: () => void): void => {
      const misfit = misfitOf(make);
      if (misfit >= 0) misfits.add(misfit);
    };
    if (anchorKinds.has(graph.nodes[node].kind)) {
      tryTo(() => (anchor = anchorStep(graph, node, buffers, this.#profile)));
    } else {
      for (const { node: part, offset } of partsOf(graph, node)) {
        tryTo(() => parts.push({ part, draft: this.#draftOf(part, node, offset, isThorough, buffers) }));
      }
    }
    const kernels = anchor ?? parts;
    if (misfits.size === 0) this.#known.set(node, { kernels, buffers });
    return kernels;
  }

  /** The loop that stores a node into a buffer. */
  #draftOf(node: number, into: number, offset: Root["offset"], isThorough: boolean, buffers: LoopContext): Draft {
    const { shape, axes, folded } = loopShapeOf(buffers, node, into);
    const root = { node, into, axes, offset };
    const builder = new LoopBuilder(buffers, shape);
    builder.store(root);
    if (!builder.foldsInOrder) throw new MustMaterialize(builder.unordered);
    const mostReads = this.#profile.maxSlotsPerStep - 1;
    if (builder.reads.size > mostReads) {
      throw new MustMaterialize(cutPoint(this.graph, node, this.#materialized, isThorough ? mostReads : Infinity));
    }
    return { shape, folded, roots: [root], builder };
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

/** The node that turns out not to fit, or -1. */
function misfitOf(make: () => void): number {
  try {
    make();
    return -1;
  } catch (error) {
    if (!(error instanceof MustMaterialize)) throw error;
    return error.node;
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
