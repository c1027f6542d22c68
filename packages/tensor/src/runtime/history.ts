import type { Node } from "../graph/node.ts";
import { pendingNodes, prunePending } from "../graph/pending.ts";
import { turns } from "./yield.ts";

/**
 * The nodes of one program that still know what they were made of, inputs first. When a version of a variable goes that some of them
 * need, these can never be computed again and let go of their inputs, so that a loss that somebody keeps does not
 * keep its whole graph. Held by its nodes and by nobody else: what is dropped needs no care.
 */
class History {
  nodes: readonly Node[];

  constructor(nodes: readonly Node[]) {
    this.nodes = nodes;
    for (const node of nodes) node.history = this;
  }
}

/** Histories that refer to one generation are looked through for dead ones when they are twice as many. */
const fewHistories = 16;

/** Versions of variables that were made together, and mostly go together; with the programs that have read any of them. */
export class Generation {
  #histories: WeakRef<History>[] = [];
  #bound = fewHistories;

  add(history: WeakRef<History>): void {
    if (this.#histories.length >= this.#bound) {
      this.#histories = this.#histories.filter((each) => each.deref() !== undefined);
      this.#bound = Math.max(fewHistories, 2 * this.#histories.length);
    }
    this.#histories.push(history);
  }

  get isEmpty(): boolean {
    return this.#histories.length === 0;
  }

  *histories(): Generator<History> {
    for (const reference of this.#histories) {
      const history = reference.deref();
      if (history !== undefined) yield history;
    }
  }
}

/** Between two turns of the event loop, in which references keep what they refer to, so many histories are followed. */
const mostInATurn = 64;
let turn = -1;
let inThisTurn = 0;

/** Follows the nodes of a program, after it has run, until the versions of variables go that they need. */
export function followNodes(nodes: Iterable<Node>): void {
  const generations = new Set<Generation>();
  const unfinished: Node[] = [];
  for (const node of nodes) {
    const generation = node.storage?.version?.generation;
    if (generation instanceof Generation) generations.add(generation);
    if (node.inputs.length > 0) unfinished.push(node);
  }
  follow(unfinished, generations);
}

/** The same for nodes that nobody has asked for: what they need is found by a walk. */
export function followPending(nodes: readonly Node[]): void {
  const generations = new Set<Generation>();
  const seen = new Set<Node>(nodes);
  const stack = [...nodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const generation = node.storage?.version?.generation;
    if (generation instanceof Generation) generations.add(generation);
    if (node.storage !== null) continue;
    for (const input of node.inputs) {
      if (seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
  follow(nodes, generations);
}

function follow(nodes: readonly Node[], generations: ReadonlySet<Generation>): void {
  if (generations.size === 0 || nodes.length === 0) return;
  if (turn !== turns()) [turn, inThisTurn] = [turns(), 0];
  if (++inThisTurn > mostInATurn) return; // a loop that never waits: its nodes belong to whoever holds them
  const reference = new WeakRef(new History(nodes));
  for (const generation of generations) generation.add(reference);
}

/** Versions of these generations have gone: what needs them lets go of its inputs. */
export function letGo(generations: readonly object[]): void {
  if (generations.length === 0) return;
  let histories: Set<History> | null = null;
  for (const generation of generations) {
    if (!(generation instanceof Generation) || generation.isEmpty) continue;
    for (const history of generation.histories()) (histories ??= new Set()).add(history);
  }
  if (histories === null && pendingNodes().length === 0) return;
  for (const history of histories ?? []) history.nodes = history.nodes.filter(isStillNeeded);
  for (const node of pendingNodes()) isStillNeeded(node);
  prunePending();
}

/** Whether a node still knows what it was made of; one that cannot be computed any more forgets it. */
function isStillNeeded(node: Node): boolean {
  const { inputs, custom } = node;
  if (inputs.length === 0) return false;
  const why = lostAmong(inputs);
  if (why === null && (custom === null || lostAmong(custom.inputs) === null)) return true;
  if (why === null) {
    node.custom = null; // can be computed, but not be differentiated any more
    return true;
  }
  if (node.storage === null) node.lost = why;
  node.dropInputs();
  return false;
}

/** Why one of some nodes cannot be had any more; null if all can. */
function lostAmong(nodes: readonly Node[]): string | null {
  for (const { lost, storage } of nodes) {
    const why = lost ?? storage?.stale ?? null;
    if (why !== null) return why;
  }
  return null;
}
