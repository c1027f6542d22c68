import type { Backend, Device } from "../backend.ts";
import type { Node } from "../graph/node.ts";
import type { Storage, VariableIdentity } from "../graph/storage.ts";

/** Frees the value of a version that the update of this number has replaced, or gives it to whoever holds it; false if it must stay. */
export type Retire = (version: Node, variable: string, update: number) => boolean;

/** A variable that was assigned a value not computed yet. */
export interface PendingAssignment {
  /** What versions know their variable by. */
  readonly identity: VariableIdentity;
  /** The node whose value the variable takes. */
  readonly version: Node;
  /** Whether its value overwrites the one before: then there is one version. */
  readonly inPlace: boolean;
  /** The version whose value may be overwritten; null if there is none. */
  readonly overwritten: Node | null;
  /** The version before the last goes, to make room for the next. */
  retirePrevious(retire: Retire): void;
  /** The version now has its value, on this device: the one before becomes the previous one. */
  commit(device: Device): void;
  /** Takes an assignment back: the version before is the current one again. */
  restore(version: Node): void;
  /** The version cannot be computed: the variable keeps the value that it has, if it has one. */
  discard(): void;
}

const assignments = new Set<PendingAssignment>();
/** Variables whose first value waits, and depends on no other variable: weakly, for nobody else needs one that is dropped. */
const firstValues = new Map<VariableIdentity, WeakRef<PendingAssignment>>();
/** When there are so many they are looked through for those that are gone. */
let firstBound = 1024;
/** Those that a function makes while it runs, with the versions before. */
let watched: Map<PendingAssignment, Node> | null = null;
/** By backend, and weakly, so that one that is used no more can be collected. */
const replaced = new WeakMap<Backend, Node[]>();
/** Asked for by `backward`; those whose step never came are the first to be forgotten. */
let requested: Node[] = [];
const mostRequested = 32;
/** Versions that somebody holds as a snapshot, and that later assignments follow, before they are computed. */
let snapshots: Node[] = [];

/** Makes an assignment part of the run that computes what it belongs to. */
export function addAssignment(assignment: PendingAssignment): void {
  if (firstValues.size > 0) firstValues.delete(assignment.identity);
  assignments.add(assignment);
}

/** Makes the first value of a variable part of the run that reads it. */
export function addFirstValue(assignment: PendingAssignment): void {
  firstValues.set(assignment.identity, new WeakRef(assignment));
  if (firstValues.size < firstBound) return;
  for (const [identity, reference] of firstValues) if (reference.deref() === undefined) firstValues.delete(identity);
  firstBound = Math.max(1024, 2 * firstValues.size);
}

/** The variable of this identity, if its first value waits. */
export function firstValueOf(identity: VariableIdentity): PendingAssignment | null {
  return firstValues.get(identity)?.deref() ?? null;
}

/** All variables whose first value waits. */
export function pendingFirstValues(): PendingAssignment[] {
  return [...firstValues.values()].flatMap((reference) => reference.deref() ?? []);
}

/** Whether the function of an update runs. */
export function isUpdating(): boolean {
  return watched !== null;
}

/** Notes that a variable is about to be assigned. */
export function noteAssignment(assignment: PendingAssignment): void {
  if (watched?.has(assignment) === false) watched.set(assignment, assignment.version);
}

/** Drops an assignment: it has been made, the variable got another value, or the update failed. */
export function removeAssignment(assignment: PendingAssignment): void {
  assignments.delete(assignment);
  if (firstValues.size > 0) firstValues.delete(assignment.identity);
}

/** What has been assigned since variables had their first values. */
export function pendingAssignments(): ReadonlySet<PendingAssignment> {
  return assignments;
}

/**
 * Runs a function, and then what makes the assignments of that; if either throws, variables have the values again that they had before,
 * in so far as they have not been given others since.
 */
export function restoringAssignments<T>(fn: () => void, make: (assigned: readonly Node[]) => T): T {
  const outer = watched;
  const own = (watched = new Map<PendingAssignment, Node>());
  let assigned: readonly Node[] = [];
  try {
    try {
      fn();
    } finally {
      watched = outer;
      assigned = Array.from(own.keys(), ({ version }) => version);
    }
    return make(assigned);
  } catch (error) {
    [...own].forEach(([assignment, before], i) => {
      if (assignment.version === assigned[i]) assignment.restore(before);
    });
    throw error;
  }
}

/** Asks for a node to be an output of the update that it belongs to, as `backward` does with the loss. */
export function requestOutput(node: Node): void {
  requested = [...requestedOutputs().slice(1 - mostRequested), node];
}

/** Notes a version that is held as a snapshot: the run that makes a later assignment computes it too. */
export function addSnapshot(version: Node): void {
  snapshots.push(version);
}

/** The snapshots that have no value yet. */
export function pendingSnapshots(): readonly Node[] {
  if (snapshots.length > 0) snapshots = snapshots.filter(({ storage, lost }) => storage === null && lost === null);
  return snapshots;
}

/** Runs a function that may ask for nodes, and forgets them. */
export function withoutRequests<T>(fn: () => T): T {
  const before = requested;
  try {
    return fn();
  } finally {
    requested = before;
  }
}

/** Takes requests back: what belonged to them has failed. */
export function discardRequests(nodes: readonly Node[]): void {
  const gone = new Set(nodes);
  requested = requested.filter((node) => !gone.has(node));
}

/** The nodes asked for that still have to be computed. */
export function requestedOutputs(): readonly Node[] {
  requested = requested.filter(({ storage, lost }) => storage === null && lost === null);
  return requested;
}

/** Notes a version that was replaced outside of a program, whose buffer nobody answers for any more. */
export function addReplaced(version: Node): void {
  const { backend = null, buffer = null } = version.storage ?? {};
  if (backend === null || buffer === null) return;
  const list = replaced.get(backend);
  if (list === undefined) replaced.set(backend, [version]);
  else list.push(version);
}

/** Takes the values of replaced versions that lie on a device. */
export function takeReplaced(backend: Backend): Storage[] {
  const list = replaced.get(backend);
  if (list === undefined) return [];
  replaced.delete(backend);
  return list.flatMap(({ storage }) => (storage?.backend === backend ? [storage] : []));
}
