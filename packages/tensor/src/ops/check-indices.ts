import { isFloat } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import type { IndexUse, Node } from "../graph/node.ts";
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
  const use = { operation, extent, ignored };
  const source = sourceOf(index.node);
  const test = (storage: Storage): boolean => isInside(use, storage);
  if (source.kind === "fill" && !source.bound) return checkNumbers(use, [source.value]);
  if (source.storage !== null && test(source.storage)) return true;
  if (source.kind === "leaf" && source.storage === null) activeTrace()?.check(source, test);
  note(index.node, use);
  return false;
}

/** Remembers what a node is used for, once for each use: it may be used so at every step of a training. */
function note(node: Node, use: IndexUse): void {
  const uses = (node.indexUses ??= []);
  const isKnown = uses.some(({ operation, extent, ignored }) => {
    return operation === use.operation && extent === use.extent && ignored === use.ignored;
  });
  if (!isKnown) uses.push(use);
}

/** Where the elements of a tensor come from, all of them and unchanged. */
function sourceOf(node: Node): Node {
  let source = node;
  while (source.storage === null && keepsElements(source)) [source] = source.inputs;
  return source;
}

/** Whether a node has each element of its input; as int32, which holds all that may be an index. */
function keepsElements({ kind, dtype, inputs }: Node): boolean {
  if (inputs.length !== 1) return false;
  if (kind === "cast") return dtype === "int32" && !isFloat(inputs[0].dtype);
  return kind === "reshape" || kind === "permute" || kind === "broadcast";
}

/** Throws for indices on the host that lie outside; false where they are not there. */
function isInside(use: IndexUse, storage: Storage): boolean {
  const range = storage.givenRange;
  if (range === null) return false;
  return (range[0] >= 0 && range[1] < use.extent) || checkNumbers(use, storage.host ?? []);
}

function checkNumbers({ operation, extent, ignored }: IndexUse, numbers: Iterable<number>): boolean {
  for (const index of numbers) {
    if ((index >= 0 && index < extent) || index === ignored) continue;
    const inside = extent === 0 ? "an axis without elements" : `0 to ${extent - 1}`;
    throw new ValueError(`${operation}: index ${index} lies outside of ${inside}`);
  }
  return true;
}
