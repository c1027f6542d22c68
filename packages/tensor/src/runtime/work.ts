import type { Device } from "../backend.ts";
import type { Node } from "../graph/node.ts";
import { type Collected, Collector } from "./collect.ts";
import { type PendingAssignment, firstValueOf, pendingAssignments, pendingSnapshots } from "./effects.ts";
import { hangsOn, isComputable, smallEndsOf } from "./small-ends.ts";

/** What one program computes, and the assignments that it makes. */
export interface Work {
  readonly collected: Collected;
  readonly assignments: readonly PendingAssignment[];
  /** Whether values of variables that are updated in place have been written over, or are given up. */
  readonly overwrites: boolean;
  /** Small results that nobody has asked for, and that lose a value which they need to one of these assignments, now or later. */
  readonly losing: readonly Node[];
}

/**
 * What has to be computed for some nodes, and for the pending assignments that belong to them, which are then made: those that they
 * depend on; those whose variable they read, as of a generator or a running mean; those that are made of the same pending
 * nodes; and those that need a value of a variable which is assigned here, and would lose it. Other assignments wait for their
 * own run, so that trainings side by side share neither plans nor failures.
 *
 * With assignments come the small results that hang on what is computed here, and need a value that is replaced: a
 * metric of a training step can be read at any time.
 *
 * @param roots - What is asked for.
 * @param others - What is computed too if it belongs to them.
 * @param overwrites - Whether new values may be written over old ones.
 */
export function gatherWork(
  device: Device | null,
  roots: readonly Node[],
  others: readonly Node[] = [],
  overwrites = true,
): Work {
  const collector = new Collector();
  for (const root of roots) if (root.storage === null) collector.add(root);
  const isHere = (node: Node): boolean => node.device === null || node.device === device;
  let candidates = Array.from(pendingAssignments()).filter(({ version }) => isHere(version));
  let asked = [...others, ...pendingSnapshots()].filter((node) => node.storage === null && isHere(node));
  let losing: readonly Node[] = [];
  const assignments: PendingAssignment[] = [];
  const assigned = new Set<object>();
  const read = new VariablesRead(collector);
  for (let isComplete = false; !isComplete;) {
    isComplete = true;
    for (const assignment of read.takeFirstValues()) {
      collector.add(assignment.version);
      assigned.add(assignment.identity);
      assignments.push(assignment);
      isComplete = false;
    }
    const seen = new Set<Node>();
    const belongs = (node: Node): boolean => collector.has(node) || touches(node, collector, assigned, seen);
    candidates = candidates.filter((candidate) => {
      if (!read.has(candidate.identity) && !belongs(candidate.version)) return true;
      if (!collector.has(candidate.version) && !isComputable(candidate.version, collector)) return true; // whoever reads it is told
      collector.add(candidate.version);
      assigned.add(candidate.identity);
      assignments.push(candidate);
      isComplete = false;
      return false;
    });
    asked = asked.filter((node) => {
      if (!belongs(node)) return true;
      if (!isComputable(node, collector)) return false;
      collector.add(node);
      isComplete = false;
      return false;
    });
    if (!isComplete || assignments.length === 0) continue;
    losing = smallEndsOf(assigned, collector).filter((node) => {
      if (!isHere(node)) return false;
      if (!hangsOn(node, collector)) return true;
      collector.add(node);
      isComplete = false;
      return false;
    });
  }
  const replaced = assignments.flatMap(({ overwritten: before, version: after }) =>
    before === null || before.dtype !== after.dtype || !overwrites ? [] : [{ before, after }],
  );
  return { collected: collector.finish(replaced), assignments, overwrites, losing };
}

/** The variables of which a program reads or makes a version. */
class VariablesRead {
  readonly #collector: Collector;
  readonly #variables = new Set<object>();
  #firstValues: PendingAssignment[] = [];
  #next = 0;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  has(variable: object): boolean {
    this.#look();
    return this.#variables.has(variable);
  }

  /** The variables whose first value the program computes, each given once. */
  takeFirstValues(): readonly PendingAssignment[] {
    this.#look();
    const found = this.#firstValues;
    this.#firstValues = [];
    return found;
  }

  /** Looks at the nodes that have come since. */
  #look(): void {
    const { nodes } = this.#collector;
    for (; this.#next < nodes.length; this.#next++) {
      const node = nodes[this.#next];
      if (node.variable === null) continue;
      if (this.#variables.has(node.variable)) continue;
      this.#variables.add(node.variable);
      const first = node.storage === null ? firstValueOf(node.variable) : null;
      if (first !== null) this.#firstValues.push(first);
    }
  }
}

/** Whether a node depends on a pending node of the program, or on a value of a variable that the program assigns. */
function touches(root: Node, program: Collector, assigned: ReadonlySet<object>, seen: Set<Node>): boolean {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.storage !== null) {
      if (node.storage.version !== null && assigned.has(node.storage.version.variable)) return true;
    } else if (node.inputs.length > 0) {
      if (program.has(node)) return true;
      stack.push(...node.inputs);
    }
  }
  return false;
}

/**
 * Those assignments that a failure of a run does not concern: they are made of nothing that the run computes for its roots but of
 * versions of variables, and go on waiting. What a forward pass assigned on the side fails with it.
 */
export function unconcerned(
  assignments: readonly PendingAssignment[],
  roots: readonly Node[],
): readonly PendingAssignment[] {
  const own = new Set<Node>();
  for (const root of roots) walkInterior(root, (node) => own.add(node));
  return assignments.filter(({ version }) => {
    let isShared = false;
    walkInterior(version, (node) => (isShared ||= own.has(node)));
    return !isShared;
  });
}

/** Visits what a node is made of that has no value, down to versions of variables. */
function walkInterior(root: Node, visit: (node: Node) => void): void {
  const seen = new Set<Node>([root]);
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.inputs.length > 0) visit(node);
    for (const input of node.inputs) {
      if (input.storage !== null || input.variable !== null || seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
}
