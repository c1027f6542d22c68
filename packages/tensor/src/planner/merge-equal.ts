import type { Graph, GraphNode } from "../graph/graph.ts";
import { signatureOf } from "../graph/signature.ts";
import { Interner } from "./interner.ts";

/**
 * The same graph, where what is computed from equal inputs in the same way is computed once: a gradient often asks for
 * what the forward pass has. Positions stay; nodes that equal earlier ones are not used any more, unless they are outputs.
 */
export function mergeEqualNodes(graph: Graph): Graph {
  const known = new Interner();
  /** The first node of each number, and for each node the one that stands for it. */
  const first: number[] = [];
  const representative: number[] = [];
  const nodes = graph.nodes.map((node, position): GraphNode => {
    const isSame = node.inputs.every((input) => representative[input] === input);
    const inputs = isSame ? node.inputs : node.inputs.map((input) => representative[input]);
    representative[position] = position;
    // The data of leaves and the numbers of fills are not part of the structure.
    if (node.kind !== "leaf" && node.kind !== "fill") {
      const number = known.numberOf([signatureOf(node.kind, node.shape, node.dtype, node.attributes), ...inputs]);
      if (number < first.length) representative[position] = first[number];
      else first.push(position);
    }
    return isSame ? node : ({ ...node, inputs } as GraphNode); // of the same kind
  });
  return { ...graph, nodes };
}
