import type { Graph, GraphNode } from "../graph/graph.ts";

/**
 * The same graph, where what is computed from equal inputs in the same way is computed once: a gradient often asks for
 * what the forward pass has. Positions stay; nodes that equal earlier ones are not used any more, unless they are outputs.
 */
export function mergeEqualNodes(graph: Graph): Graph {
  const first = new Map<string, number>();
  const representative: number[] = [];
  const nodes = graph.nodes.map((node, position): GraphNode => {
    const inputs = node.inputs.map((input) => representative[input]);
    const merged = { ...node, inputs } as GraphNode; // of the same kind
    representative[position] = position;
    // The data of leaves and the numbers of fills are not part of the structure.
    if (node.kind === "leaf" || node.kind === "fill") return merged;
    const key = `${node.kind} ${node.dtype} ${node.shape.join()} ${inputs.join()} ${JSON.stringify(node.attributes)}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, position);
    else representative[position] = known;
    return merged;
  });
  return { ...graph, nodes };
}
