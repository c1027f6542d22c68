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
  /** The version cannot be computed: the variable keeps the value that it has, if it has one. */
  discard(): void;
}

const assignments = new Set<PendingAssignment>();
/** By backend, and weakly, so that one that is used no more can be collected. */
const replaced = new WeakMap<Backend, Node[]>();
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
  const backend = version.storage?.backend ?? null;
  if (backend === null || version.storage?.host !== null) return;
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
