import { TraceError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import type { Recording } from "./record.ts";

/**
 * Throws if two recordings of a function at equal signatures differ: the function then depends on something that a
 * replay would not see change.
 */
export function checkEqual(before: Recording, after: Recording): void {
  const [a, b] = [before.collected, after.collected];
  const isSameKey = a.key.length === b.key.length && a.key.every((part, i) => part === b.key[i]);
  const count = Math.min(a.nodes.length, b.nodes.length);
  for (let i = 0; i < count; i++) {
    const [x, y] = [a.nodes[i], b.nodes[i]];
    if (!isSameKey && (x.signature !== y.signature || inputsOf(x) !== inputsOf(y))) {
      throw changed(`operation ${i} was ${describe(x)} and is ${describe(y)} now`);
    }
    if (x.kind === "fill" && !Object.is(x.value, y.value) && !x.bound) {
      throw changed(`a number in it was ${x.value} and is ${y.value} now; pass it as an argument, or use hostScalar`);
    }
    const [from, to] = [before.leaves.get(x), after.leaves.get(y)];
    if (from?.kind !== to?.kind || (from === undefined && !isSameConstant(x.storage, y.storage))) {
      throw changed(`it captures another tensor of shape [${y.shape.join(", ")}] now; pass it as an argument`);
    }
  }
  if (!isSameKey) {
    throw changed(`it recorded ${a.nodes.length} operations and now ${b.nodes.length}, or other results`);
  }
  if (before.assignments.size !== after.assignments.size) throw changed("it assigns other variables now");
  if (before.host.length !== after.host.length) throw changed("it makes other host effects now");
}

/** Whether two captured values are one, or have been made anew with the same elements. */
function isSameConstant(a: Storage | null, b: Storage | null): boolean {
  if (a === b) return true;
  const [x, y] = [a?.host, b?.host];
  if (!x || !y || x.length !== y.length) return false;
  return x.every((value, i) => Object.is(value, y[i]));
}

function inputsOf(node: Node): string {
  return node.storage === null ? node.inputs.map((input) => input.position).join() : "";
}

function describe(node: Node): string {
  return `${node.kind} of shape [${node.shape.join(", ")}]`;
}

function changed(what: string): TraceError {
  return new TraceError(
    `compile: the function records something else at a later call with arguments of the same kind: ${what}. ` +
      "What may change must be an argument, a variable in the state, or a static argument",
  );
}
