import { TraceError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";
import { Tensor } from "../tensor.ts";
import { describeValue, identityOf } from "./identity.ts";
import type { LeafSource, Recording } from "./record.ts";
import { describeTree } from "./tree.ts";

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
    if (placeOf(from) !== placeOf(to) || before.numbers.get(x)?.input !== after.numbers.get(y)?.input) {
      throw changed(`operation ${i} reads another argument or variable now`);
    }
  }
  if (!isSameKey) {
    throw changed(`it recorded ${a.nodes.length} operations and now ${b.nodes.length}, or other results`);
  }
  if (targetsOf(before) !== targetsOf(after)) throw changed("it assigns other variables, or other values to them, now");
  if (resultOf(before) !== resultOf(after)) throw changed("it returns something else now");
  if (before.host.length !== after.host.length) throw changed("it makes other host effects now");
}

/** Which argument or variable a leaf stands for. */
function placeOf(source: LeafSource | undefined): unknown {
  return source?.kind === "input" ? source.index : source?.kind === "variable" ? source.variable : null;
}

/** The variables that are assigned, by identity, with the positions of their values. */
function targetsOf({ collected, assignments }: Recording): string {
  const positionOf = positionsIn(collected);
  return Array.from(assignments, ([variable, node]) => `${identityOf(variable)}=${positionOf(node)}`).join();
}

/** The structure of a result, with the positions of tensors and the values of everything else. */
function resultOf({ collected, result }: Recording): string {
  const positionOf = positionsIn(collected);
  return describeTree(result, (leaf) => (leaf instanceof Tensor ? `t${positionOf(leaf.node)}` : describeValue(leaf)));
}

/** Values that are captured have no place: they have been compared as such. */
function positionsIn({ nodes }: Recording["collected"]): (node: Node) => number {
  const positions = new Map(nodes.map((node, i) => [node, i]));
  return (node) => positions.get(node) ?? -1;
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
