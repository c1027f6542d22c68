import { isFloat } from "../dtype.ts";
import { MinimaError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { executorOf } from "../runtime/evaluate.ts";
import { resolveDevice } from "../runtime/device.ts";
import { collect, withOutputs } from "../runtime/collect.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

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
  const collected = withHistory(root);
  const all = new Set(collected.nodes.keys());
  const device = resolveDevice(collected.nodes.find((node) => node.device !== null)?.device ?? null);
  const executor = executorOf(device);
  const wanted = new Set(
    [...all].filter((i) => collected.nodes[i].storage === null && collected.nodes[i].kind !== "leaf"),
  );
  const kept = withOutputs(collected, wanted);
  const values = executor.prepare(kept)(
    (position) => {
      const { storage } = kept.nodes[position];
      if (storage === null) throw new MinimaError("debug.checkFinite: a value the graph needs is gone");
      return storage;
    },
    (position) => kept.nodes[position].value,
  );
  executor.settle(values, []);
  for (const [position, node] of kept.nodes.entries()) {
    if (!isFloat(node.dtype)) continue;
    const storage = values.get(position) ?? node.storage;
    if (storage === null) continue;
    const data = await executor.read(storage);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw notFinite(node, data[bad], bad);
  }
}

/** The graph below a node that may itself have been computed already: its inputs are still known while it has history. */
function withHistory(root: Node): ReturnType<typeof collect> {
  if (root.storage === null || root.inputs.length === 0) return collect([root]);
  return collect(root.inputs);
}

function notFinite(node: Node, value: number, element: number): NotFiniteError {
  const what = node.kind === "leaf" ? "an input" : `the result of ${node.kind}`;
  const where = node.site === null ? "; call debug.sites(true) before to see the line" : `, called at ${node.site}`;
  return new NotFiniteError(
    `${what} of shape ${formatShape(node.shape)} holds ${value} at element ${element}, and everything before it is finite${where}`,
  );
}
