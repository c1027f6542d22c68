import { isFloat } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import { activeTrace } from "../graph/trace.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Checks indices that come from the host: throws where one lies outside of [0, extent). In a compiled function those of its
 * arguments are checked at each call. Indices that a device computes are not read for that; for them holds what `gather` says.
 *
 * @param ignored - An index that may lie outside.
 * @returns Whether all indices are known to lie inside, or to be ignored.
 */
export function checkIndices(operation: string, index: Tensor, extent: number, ignored?: number): boolean {
  if (index.size === 0) return true;
  const source = sourceOf(index.node);
  if (source.kind !== "leaf") return false;
  const test = (storage: Storage): boolean => isInside(operation, storage, extent, ignored);
  if (source.storage !== null) return test(source.storage);
  activeTrace()?.check(source, test);
  return false;
}

/** Where the elements of a tensor come from, all of them and unchanged. */
function sourceOf(node: Node): Node {
  let source = node;
  while (keepsElements(source)) [source] = source.inputs;
  return source;
}

/** Whether a node has each element of its input; as int32, which holds all that may be an index. */
function keepsElements({ kind, dtype, inputs }: Node): boolean {
  if (inputs.length !== 1) return false;
  if (kind === "cast") return dtype === "int32" && !isFloat(inputs[0].dtype);
  return kind === "reshape" || kind === "permute" || kind === "broadcast";
}

/** Throws for indices on the host that lie outside; false where they are not there. */
function isInside(operation: string, storage: Storage, extent: number, ignored: number | undefined): boolean {
  const range = storage.hostRange;
  if (range === null) return false;
  if (range[0] >= 0 && range[1] < extent) return true;
  const outside = storage.host?.find((value) => (value < 0 || value >= extent) && value !== ignored);
  if (outside === undefined) return true;
  throw new ValueError(
    `${operation}: index ${outside} lies outside of ${extent === 0 ? "an axis without elements" : `0 to ${extent - 1}`}`,
  );
}
