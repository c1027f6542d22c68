import { MinimaError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";

/**
 * Where to cut a kernel that reads more buffers than the device can bind: at the inner value that takes the most of
 * them, but not all, and at most so many, if there is one that takes as few.
 */
export function cutPoint(graph: Graph, root: number, materialized: ReadonlySet<number>, mostReads: number): number {
  const { nodes } = graph;
  /** The buffers that inner values take. */
  const takes = new Map<number, Set<number>>();
  const visit = (node: number): Set<number> => {
    const reads = new Set<number>();
    for (const input of nodes[node].inputs) {
      if (materialized.has(input)) reads.add(input);
      else for (const read of takes.get(input) ?? visit(input)) reads.add(read);
    }
    takes.set(node, reads);
    return reads;
  };
  const total = visit(root).size;
  for (const allowed of [mostReads, Infinity]) {
    let [cut, most] = [-1, 1];
    const seen = new Set<number>();
    const search = (node: number): void => {
      for (const input of nodes[node].inputs) {
        const size = takes.get(input)?.size ?? 0;
        if (seen.has(input)) continue;
        seen.add(input);
        if (size > most && size < total && size <= allowed) [cut, most] = [input, size];
        if (size >= most) search(input);
      }
    };
    search(root);
    if (cut >= 0) return cut;
  }
  const { kind, shape } = nodes[root];
  throw new MinimaError(
    `${kind} to shape [${shape.join(", ")}] reads ${total} tensors at once, more than the device binds`,
  );
}
