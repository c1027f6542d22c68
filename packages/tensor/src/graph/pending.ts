import type { Node } from "./node.ts";
import type { Storage } from "./storage.ts";

/** Arrays of the host may wait for pending nodes up to this many bytes before some of these are computed. */
const waitingBound = 64 * 2 ** 20;
/** So many pending nodes are remembered. */
const listBound = 65536;
/** A chain of pending nodes is cut when its end is younger than its start by so many nodes ... */
const chainAge = 65536;
/** ... and when it is as long as this: what hangs on one old node is no chain. */
const chainLength = 64;

/** After so many runs the nodes are released that were waiting before the first of them. */
const runsToWait = 16;

/** What the runtime does so that memory stays bounded. */
export interface Relief {
  /** Computes the end of a long chain. */
  cutChain(end: Node): void;
  /** Computes those of the ends of the pending graph that free more memory than they take. */
  computeEnds(pending: readonly Node[]): void;
  /** Nodes have waited for long: gives those back that keep arrays of the host waiting, and cares for the others. */
  release(old: readonly Node[]): ReadonlySet<Node>;
  /** The runtime remembers these nodes no more: they belong to whoever holds them. */
  forget(pending: readonly Node[]): void;
}

let relief: Relief | null = null;
let pending: Node[] = [];
/** Arrays of the host that pending nodes read. */
let waiting = new Set<Storage>();
let waitingBytes = 0;
let allowedBytes = waitingBound;
let held = 0;
let runs = 0;
/** The latest node of the last round of releases. */
let lastReleased = 0;

/** Registers what keeps memory bounded when nobody asks for values. */
export function setRelief(handler: Relief): void {
  relief = handler;
}

/** Remembers a node that has been asked for by nobody yet. */
export function addPending(node: Node): void {
  pending.push(node);
  noteWaiting(node);
  if (held > 0 || relief === null) return;
  if (node.birth - node.start > chainAge && node.depth >= chainLength) {
    relief.cutChain(node);
  } else if (waitingBytes > allowedBytes || pending.length > listBound) {
    relieve(relief);
  }
}

function noteWaiting({ inputs }: Node): void {
  for (const { storage } of inputs) {
    if (storage === null || storage.host === null || storage.buffer !== null || waiting.has(storage)) continue;
    waiting.add(storage);
    waitingBytes += storage.host.byteLength;
  }
}

function relieve({ computeEnds, forget }: Relief): void {
  prunePending();
  countWaiting();
  if (waitingBytes <= allowedBytes && pending.length <= listBound / 2) return;
  held++;
  try {
    computeEnds(pending);
    prunePending();
    countWaiting();
    // What is left frees nothing: it is asked again when as much has been added.
    allowedBytes = Math.max(waitingBound, 2 * waitingBytes);
    if (pending.length <= listBound / 2) return;
    forget(pending);
    forgetPending();
  } finally {
    held--;
  }
}

/** A run has ended. What waits through many runs was dropped, most likely: the list must not keep what it is made of. */
export function passRun(): void {
  if (relief === null || held > 0 || ++runs % runsToWait !== 0) return;
  prunePending();
  const count = pending.findIndex(({ birth }) => birth > lastReleased);
  const old = pending.slice(0, count < 0 ? pending.length : count); // a copy: what is computed leaves the list
  lastReleased = pending.at(-1)?.birth ?? lastReleased;
  if (old.length === 0) return;
  held++;
  try {
    const kept = relief.release(old);
    const released = new Set(old.filter((node) => !kept.has(node)));
    pending = pending.filter((node) => !released.has(node));
    prunePending();
    countWaiting();
  } finally {
    held--;
  }
}

/** Runs a function during which nothing is computed unasked: what it assigns takes effect together, and plans repeat. */
export function atomically<T>(fn: () => T): T {
  held++;
  try {
    return fn();
  } finally {
    held--;
  }
}

/** Forgets the nodes that have been computed since, or never can be. */
export function prunePending(): void {
  let kept = 0;
  for (const node of pending) if (node.isPending) pending[kept++] = node;
  pending.length = kept;
  if (kept === 0) forgetPending();
}

/** Counts what waits anew: some of it has been computed, or dropped. */
function countWaiting(): void {
  waiting = new Set();
  waitingBytes = 0;
  for (const node of pending) noteWaiting(node);
}

function forgetPending(): void {
  pending = [];
  waiting = new Set();
  waitingBytes = 0;
  allowedBytes = waitingBound;
}

/** The nodes that nobody has asked for yet, inputs first. */
export function pendingNodes(): readonly Node[] {
  return pending;
}

/** Runs a function whose nodes are not remembered: a recording is evaluated as a whole or not at all. */
export function discardingPending<T>(fn: () => T): T {
  const before = [pending, waiting, waitingBytes, allowedBytes] as const;
  forgetPending();
  held++;
  try {
    return fn();
  } finally {
    held--;
    [pending, waiting, waitingBytes, allowedBytes] = before;
  }
}
