import type { Node } from "./node.ts";

/** Past this many pending nodes the graph is evaluated without being asked. */
const bound = 8192;

let pending: Node[] = [];
/** Nodes before this one were already pending when the last update ended. */
let old = 0;
let held = 0;
let flush: ((nodes: Node[]) => void) | null = null;

/** Registers the runtime's reaction to a pending graph that has grown past its bound. */
export function onPendingOverflow(handler: (nodes: Node[]) => void): void {
  flush = handler;
}

/** Remembers a node that has been asked for by nobody yet. */
export function addPending(node: Node): void {
  pending.push(node);
  if (pending.length > bound && flush !== null && held === 0) {
    const nodes = pending;
    pending = [];
    old = 0;
    flush(nodes);
  }
}

/** Runs a function during which the pending graph is not evaluated unasked: what it assigns takes effect together. */
export function atomically<T>(fn: () => T): T {
  held++;
  try {
    return fn();
  } finally {
    held--;
  }
}

/** Forgets the nodes that have been evaluated since. */
export function prunePending(): void {
  let kept = 0;
  let keptOld = 0;
  for (let i = 0; i < pending.length; i++) {
    const node = pending[i];
    if (!isPending(node)) continue;
    if (i < old) keptOld++;
    pending[kept++] = node;
  }
  pending.length = kept;
  old = keptOld;
}

/**
 * Ends an update. What has been waiting since before the last one was read by nobody: if it hangs on a variable it can
 * never be computed any more and is released; if not, it is left to whoever holds it.
 */
export function releaseOldPending(update: string): void {
  for (let i = 0; i < old; i++) {
    const node = pending[i];
    if (!node.stateful || !isPending(node)) continue;
    node.released = update;
    node.dropInputs();
  }
  pending = pending.slice(old).filter(isPending);
  old = pending.length;
}

/** Has neither been evaluated nor released. */
export function isPending(node: Node): boolean {
  return node.storage === null && !node.evaluated && node.released === null;
}

/** Runs a function whose nodes are not remembered: a recording is evaluated as a whole or not at all. */
export function discardingPending<T>(fn: () => T): T {
  const before = pending;
  pending = [];
  held++;
  try {
    return fn();
  } finally {
    held--;
    pending = before;
  }
}
