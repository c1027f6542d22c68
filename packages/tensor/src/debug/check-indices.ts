import { ValueError } from "../errors.ts";
import type { IndexUse, Node } from "../graph/node.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { calledAt, inspectGraph } from "./inspect-graph.ts";

/**
 * Computes the graph of tensors once more and throws `ValueError` naming the first operation that is given an index outside of
 * its axis, with the line that made the index if `debug.sites(true)` was on. Without it such places read as NaN or 0, and are not
 * written (see `gather`). Slow; meant for finding where an index went wrong.
 *
 * @throws {ValueError} also for tensors that have been read: nothing is known of what they were computed from.
 */
export async function checkIndices(...tensors: Tensor[]): Promise<void> {
  for (const { node: root } of tensors) {
    if (root.kind !== "leaf" && root.storage !== null && root.inputs.length === 0) {
      throw new ValueError(
        `debug.checkIndices: a tensor of shape ${formatShape(root.shape)} has been computed already, and nothing is known of ` +
          "its indices any more; check it before it is read",
      );
    }
    await inspectGraph("debug.checkIndices", root, async (node, read) => {
      if (node.indexUses === null) return;
      const data = await read(node);
      for (const use of node.indexUses) {
        const bad = data?.findIndex((value) => (value < 0 || value >= use.extent) && value !== use.ignored) ?? -1;
        if (data !== null && bad >= 0) throw outside(node, use, data[bad], bad);
      }
    });
  }
}

function outside(node: Node, { operation, extent }: IndexUse, value: number, element: number): ValueError {
  return new ValueError(
    `${operation}: element ${element} of the index ${formatShape(node.shape)} is ${value}, which lies outside of an axis of ` +
      `extent ${extent}${calledAt(node)}`,
  );
}
