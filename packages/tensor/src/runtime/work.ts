import type { Device } from "../backend.ts";
import type { Node } from "../graph/node.ts";
import { type Collected, Collector } from "./collect.ts";
import { type PendingAssignment, pendingAssignments } from "./effects.ts";
import { hangsOn, smallEndsOf } from "./small-ends.ts";

/** What one program computes, and the assignments that it makes. */
export interface Work {
  readonly collected: Collected;
  readonly assignments: readonly PendingAssignment[];
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
 */
export function gatherWork(device: Device | null, roots: readonly Node[], others: readonly Node[] = []): Work {
  const collector = new Collector();
  for (const root of roots) if (root.storage === null) collector.add(root);
  const isHere = (node: Node): boolean => node.device === null || node.device === device;
  let candidates = Array.from(pendingAssignments()).filter(({ version }) => isHere(version));
  let asked = others.filter((node) => node.storage === null && isHere(node));
  let losing: readonly Node[] = [];
  const assignments: PendingAssignment[] = [];
  const assigned = new Set<object>();
  const read = new VariablesRead(collector);
  for (let isComplete = false; !isComplete;) {
    isComplete = true;
    const seen = new Set<Node>();
    const belongs = (node: Node): boolean => collector.has(node) || touches(node, collector, assigned, seen);
    candidates = candidates.filter((candidate) => {
      if (!read.has(candidate.identity) && !belongs(candidate.version)) return true;
      collector.add(candidate.version);
      assigned.add(candidate.identity);
      assignments.push(candidate);
      isComplete = false;
      return false;
    });
    asked = asked.filter((node) => {
      if (!belongs(node)) return true;
      collector.add(node);
      isComplete = false;
      return false;
    });
    if (!isComplete || assignments.length === 0) continue;
    losing = smallEndsOf(assigned).filter((node) => {
      if (!isHere(node) || collector.has(node)) return false;
      if (!hangsOn(node, collector)) return true;
      collector.add(node);
      isComplete = false;
      return false;
    });
  }
  const replaced = assignments.flatMap(({ overwritten: before, version: after }) =>
    before === null ? [] : [{ before, after }],
  );
  return { collected: collector.finish(replaced), assignments, losing };
}

/** The variables of which a program reads or makes a version. */
class VariablesRead {
  readonly #collector: Collector;
  readonly #variables = new Set<object>();
  #next = 0;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  has(variable: object): boolean {
    const { nodes } = this.#collector;
    for (; this.#next < nodes.length; this.#next++) {
      const { variable: own } = nodes[this.#next];
      if (own !== null) this.#variables.add(own);
    }
    return this.#variables.has(variable);
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
