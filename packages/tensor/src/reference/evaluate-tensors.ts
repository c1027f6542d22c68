import { MinimaError } from "../errors.ts";
import type { Storage } from "../graph/storage.ts";
import { collect, toGraph } from "../runtime/collect.ts";
import type { Tensor } from "../tensor.ts";
import type { Values } from "./values.ts";
import { evaluateGraph } from "./reference.ts";

/**
 * Elements of tensors in double precision, with other values in place of some leaves: what a finite-difference check
 * evaluates, without tracing the function again.
 *
 * @param tensors - Pending tensors whose leaves have host data.
 * @param replace - Elements to use instead of those of a leaf.
 */
export function evaluateInDouble(tensors: readonly Tensor[], replace: ReadonlyMap<Tensor, Float64Array>): Values[] {
  const collected = collect(tensors.map((t) => t.node));
  const byStorage = new Map<Storage, Float64Array>();
  for (const [leaf, values] of replace) if (leaf.node.storage !== null) byStorage.set(leaf.node.storage, values);
  const leaf = (position: number): Values => {
    const storage = collected.nodes[position].storage;
    const values = storage === null ? null : (byStorage.get(storage) ?? storage.host);
    if (values === null) throw new MinimaError("evaluateInDouble: a leaf has no host data; read it first");
    return values;
  };
  const values = evaluateGraph(toGraph(collected), "float64", leaf, (position) => collected.nodes[position].value);
  return tensors.map((t) => values[t.node.position]);
}
