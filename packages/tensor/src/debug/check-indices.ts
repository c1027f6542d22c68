import { ValueError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { calledAt, inspectGraph } from "./inspect-graph.ts";

/**
 * Computes the graph of tensors once more and throws `ValueError` naming the first operation that is given an index outside of
 * its axis, with the line that called it if `debug.sites(true)` was on. Without it such places read as NaN or 0, and are not
 * written (see `gather`). Slow; meant for finding where an index went wrong.
 */
export async function checkIndices(...tensors: Tensor[]): Promise<void> {
  for (const { node: root } of tensors) {
    await inspectGraph("debug.checkIndices", root, async (node, read) => {
      const indexed = indexOf(node);
      if (indexed === null) return;
      const data = await read(indexed.index);
      const bad = data?.findIndex((value) => value < 0 || value >= indexed.extent) ?? -1;
      if (data !== null && bad >= 0) throw outside(node, indexed, data[bad], bad);
    });
  }
}

interface Indexed {
  readonly index: Node;
  readonly axis: number;
  readonly extent: number;
}

/** The index of an operation that takes one. */
function indexOf(node: Node): Indexed | null {
  if (node.storage !== null) return null; // its inputs are not in the graph any more
  if (node.kind === "gather") {
    const { axis } = node.attributes;
    return { index: node.inputs[1], axis, extent: node.inputs[0].shape[axis] };
  }
  if (node.kind !== "scatterAdd") return null;
  const { axis } = node.attributes;
  return { index: node.inputs[0], axis, extent: node.shape[axis] };
}

function outside(node: Node, { axis, extent }: Indexed, value: number, element: number): ValueError {
  return new ValueError(
    `${node.kind}: element ${element} of the index is ${value}, which lies outside of axis ${axis} of extent ${extent} ` +
      `(result ${formatShape(node.shape)})${calledAt(node)}`,
  );
}
