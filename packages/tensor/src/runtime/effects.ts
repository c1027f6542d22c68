import type { Backend } from "../backend.ts";
import type { Node } from "../graph/node.ts";
import type { Storage } from "../graph/storage.ts";

/** A variable that was assigned a value not computed yet. */
export interface PendingAssignment {
  /** The node whose value the variable takes. */
  readonly version: Node;
  /** Whether the variable is trained, so that its update ends a training step. */
  readonly requiresGrad: boolean;
  /** The version now has its value: the one before the last can go, through `retire`. */
  commit(retire: (version: Node) => void): void;
}

const assignments = new Set<PendingAssignment>();
let replaced: Node[] = [];
let requested: Node[] = [];

/** Makes an assignment part of every run until it is done. */
export function addAssignment(assignment: PendingAssignment): void {
  assignments.add(assignment);
}

/** Drops an assignment: the variable got another value, or a traced function threw. */
export function removeAssignment(assignment: PendingAssignment): void {
  assignments.delete(assignment);
}

export function pendingAssignments(): ReadonlySet<PendingAssignment> {
  return assignments;
}

/** Asks for a node to be an output of the next update, as `backward` does with the loss. */
export function requestOutput(node: Node): void {
  requested.push(node);
}

/** Forgets the nodes asked for. */
export function discardRequestedOutputs(): void {
  requested = [];
}

/** Takes the nodes asked for. */
export function takeRequestedOutputs(): Node[] {
  const result = requested;
  requested = [];
  return result;
}

/** Notes a version that was replaced outside of a program, whose buffer nobody answers for any more. */
export function addReplaced(version: Node): void {
  const storage = version.storage;
  if (storage !== null && storage.host === null) replaced.push(version);
}

/** Takes the values of replaced versions that lie on a device. */
export function takeReplaced(backend: Backend): Storage[] {
  if (replaced.length === 0) return [];
  const taken = replaced.flatMap(({ storage }) => (storage?.backend === backend ? [storage] : []));
  replaced = replaced.filter((version) => version.storage?.backend !== backend && version.storage?.buffer !== null);
  return taken;
}
