import { bytesPerElement } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { pendingNodes } from "../graph/pending.ts";

/** Results below this size are kept without asking whether anybody still holds them. */
const smallBytes = 2 ** 17;

interface NodeSet {
  has(node: Node): boolean;
}

const nothing: NodeSet = { has: () => false };

const variablesOf = new WeakMap<Node, ReadonlySet<object>>();

/**
 * The results that need a value of one of these variables, that wait, that nothing was made of, and that are small: what
 * a training loop keeps to read it later; but for those that a program computes anyway.
 */
export function smallEndsOf(variables: ReadonlySet<object>, program: NodeSet = nothing): readonly Node[] {
  return pendingNodes().filter((node) => isSmallEnd(node) && !program.has(node) && needsAny(node, variables));
}

/** Whether a node waits, nothing was made of it, and it is small and needs values of variables. */
export function isSmallEnd(node: Node): boolean {
  return (
    node.readsVariables && !node.consumed && node.isPending && node.size * bytesPerElement[node.dtype] < smallBytes
  );
}

/** The variables whose values a node is made of. */
function variablesBelow(root: Node): ReadonlySet<object> {
  const variables = new Set<object>();
  walkBelow(root, ({ variable, storage }) => {
    if (variable !== null) variables.add(variable);
    if (storage?.version != null) variables.add(storage.version.variable);
    return true;
  });
  return variables;
}

/** Whether a node is made of something that a program computes, and of nothing that is lost. */
export function hangsOn(end: Node, program: NodeSet): boolean {
  let isReached = false;
  const isWhole = walkBelow(end, (node) => {
    if (node.storage !== null || node.inputs.length === 0 || !program.has(node)) return true;
    isReached = true;
    return false;
  });
  return isReached && isWhole;
}

/** Whether nothing is lost that a node needs beside what a program computes anyway. */
export function isComputable(root: Node, program: NodeSet = nothing): boolean {
  return walkBelow(root, (node) => !program.has(node));
}

/** Whether a node needs a value of one of these variables. */
export function needsAny(node: Node, variables: ReadonlySet<object>): boolean {
  let needed = variablesOf.get(node);
  if (needed === undefined) variablesOf.set(node, (needed = variablesBelow(node)));
  for (const variable of needed) if (variables.has(variable)) return true;
  return false;
}

/**
 * Visits a node and what it is made of, down to what has a value.
 *
 * @param visit - Whether to go on below a node.
 * @returns false, having stopped, at what is lost or belongs to a recording
 */
function walkBelow(root: Node, visit: (node: Node) => boolean): boolean {
  const seen = new Set<Node>([root]);
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { storage } = node;
    if (node.lost !== null || (storage === null ? node.kind === "leaf" : storage.stale !== null)) return false;
    if (!visit(node) || node.storage !== null) continue;
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
  return true;
}
