import { MinimaError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { executorOf } from "../runtime/evaluate.ts";
import { resolveDevice } from "../runtime/device.ts";
import { collect, withOutputs } from "../runtime/collect.ts";
import type { TypedArray } from "../dtype.ts";

/** Reads the value of a node of the graph. */
export type ReadValue = (node: Node) => Promise<TypedArray | null>;

/**
 * Computes the graph below a node once more with every operation's result kept, and visits its nodes in order.
 *
 * @param caller - For errors.
 */
export async function inspectGraph(
  caller: string,
  root: Node,
  visit: (node: Node, read: ReadValue) => Promise<void>,
): Promise<void> {
  const collected = withHistory(root);
  const device = resolveDevice(collected.nodes.find((node) => node.device !== null)?.device ?? null);
  const executor = executorOf(device);
  const wanted = [...collected.nodes.keys()].filter((i) => {
    const { storage, kind } = collected.nodes[i];
    return storage === null && kind !== "leaf";
  });
  const kept = withOutputs(collected, new Set(wanted));
  const values = executor.prepare(kept)(
    (position) => {
      const { storage } = kept.nodes[position];
      if (storage === null) throw new MinimaError(`${caller}: a value the graph needs is gone`);
      return storage;
    },
    (position) => kept.nodes[position].value,
  );
  executor.settle(values, []);
  const positions = new Map(kept.nodes.map((node, position) => [node, position]));
  const read: ReadValue = async (node) => {
    const storage = values.get(positions.get(node) ?? -1) ?? node.storage;
    return storage === null ? null : await executor.read(storage);
  };
  for (const node of kept.nodes) await visit(node, read);
}

/** The graph below a node that may itself have been computed already: its inputs are still known while it has history. */
function withHistory(root: Node): ReturnType<typeof collect> {
  if (root.storage === null || root.inputs.length === 0) return collect([root]);
  return collect(root.inputs);
}

/** Where a node was made, or how to find out. */
export function calledAt(node: Node): string {
  return node.site === null ? "; call debug.sites(true) before to see the line" : `, called at ${node.site}`;
}
