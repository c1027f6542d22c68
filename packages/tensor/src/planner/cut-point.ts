import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";

/**
 * Where to cut a kernel that reads more buffers than the device can bind: at the inner value that takes the most of
 * them, but not all, and at most so many, if there is one that takes as few.
 */
export function cutPoint(graph: Graph, root: number, materialized: ReadonlySet<number>, mostReads: number): number {
  const readsOf = new ReadCounter(graph, materialized);
  const total = readsOf.below(root).size;
  for (const allowed of [mostReads, Infinity]) {
    const cut = largestPart(graph, root, readsOf, Math.min(allowed, total - 1));
    if (cut >= 0) return cut;
  }
  const { kind, shape } = graph.nodes[root];
  throw new MinimaError(
    `${kind} to shape [${shape.join(", ")}] reads ${total} tensors at once, more than the device binds`,
  );
}

/** The value in a kernel that takes the most buffers, more than one and at most so many; or -1. */
function largestPart({ nodes }: Graph, root: number, readsOf: ReadCounter, allowed: number): number {
  let best = -1;
  let most = 1;
  const seen = new Set<number>();
  const visit = (node: number): void => {
    for (const input of nodes[node].inputs) {
      if (readsOf.materialized.has(input) || seen.has(input)) continue;
      seen.add(input);
      const count = readsOf.below(input).size;
      if (count > most && count <= allowed) {
        best = input;
        most = count;
      }
      if (count >= most) visit(input);
    }
  };
  visit(root);
  return best;
}

/** Finds the buffers that the values in a kernel are made of. */
class ReadCounter {
  readonly #graph: Graph;
  readonly materialized: ReadonlySet<number>;
  readonly #known = new Map<number, ReadonlySet<number>>();

  constructor(graph: Graph, materialized: ReadonlySet<number>) {
    this.#graph = graph;
    this.materialized = materialized;
  }

  below(node: number): ReadonlySet<number> {
    let reads = this.#known.get(node);
    if (reads === undefined) {
      const found = new Set<number>();
      for (const input of this.#graph.nodes[node].inputs) {
        if (this.materialized.has(input)) found.add(input);
        else for (const read of this.below(input)) found.add(read);
      }
      this.#known.set(node, (reads = found));
    }
    return reads;
  }
}
