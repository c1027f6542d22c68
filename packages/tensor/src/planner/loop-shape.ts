import type { Graph } from "../graph/graph.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { type LoopShape, MustMaterialize } from "./loop-builder.ts";

/** Rows of a fused row kernel may be this long: they should stay in the cache between the passes over them. */
const longestRow = 65536;

/**
 * The loops of the kernel that stores a node: over its elements; inner loops over what a reduction inside of it folds,
 * which for a row kernel (softmax) are axes of the node itself.
 */
export function loopShapeOf(
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
