import { isFloat } from "../dtype.ts";
import { MinimaError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { calledAt, inspectGraph } from "./inspect-graph.ts";

/** Thrown by `debug.checkFinite`: which operation made the first NaN or infinity. */
export class NotFiniteError extends MinimaError {
  override name = "NotFiniteError";
}

/**
 * Computes the graph of tensors once more with every operation's result kept, and throws `NotFiniteError` naming the
 * first operation that gave a NaN or an infinity from finite operands, with the line that called it if
 * `debug.sites(true)` was on. Slow; meant for finding where a loss went wrong.
 */
export async function checkFinite(...tensors: Tensor[]): Promise<void> {
  const roots = tensors.map((t) => t.node);
  for (const root of roots) await checkGraph(root);
}

async function checkGraph(root: Node): Promise<void> {
  await inspectGraph("debug.checkFinite", root, async (node, read) => {
    if (!isFloat(node.dtype)) return;
    const data = await read(node);
    const bad = data?.findIndex((value) => !Number.isFinite(value)) ?? -1;
    if (data !== null && bad >= 0) throw notFinite(node, data[bad], bad);
  });
}

function notFinite(node: Node, value: number, element: number): NotFiniteError {
  const what = node.kind === "leaf" ? "an input" : `the result of ${node.kind}`;
  return new NotFiniteError(
    `${what} of shape ${formatShape(node.shape)} holds ${value} at element ${element}, and everything before it is finite${calledAt(node)}`,
  );
}
