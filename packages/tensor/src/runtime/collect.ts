import type { Graph, GraphNode, InPlaceUpdate } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import { signatureOf } from "../graph/signature.ts";
import { staleTensorError } from "../graph/storage.ts";

let walks = 0;

/** The pending part of the graph below some roots. */
export interface Collected {
  /** Topological order; nodes that have a value are leaves whatever their kind. */
  readonly nodes: readonly Node[];
  /** Positions in `nodes` of what the program must give back. */
  readonly outputs: readonly number[];
  /** Structure as numbers: equal keys mean equal plans. */
  readonly key: readonly number[];
  /** Nodes that an earlier program computed without keeping them, and that are now read. */
  readonly recomputed: readonly Node[];
  /** Outputs that may be written over leaves: new values of variables that are updated in place. */
  readonly updates: readonly InPlaceUpdate[];
}

/**
 * Collects what a program has to compute: walks from roots to the nodes that have values. A node that was computed before as an
 * interior becomes an output, so that nothing is computed more than twice.
 */
export class Collector {
  readonly #walk = ++walks;
  readonly #roots: Node[] = [];
  readonly #nodes: Node[] = [];
  readonly #key: number[] = [];
  /** Positions of what the program must give back, in any order, some of them twice. */
  readonly #outputs: number[] = [];
  #hasInteriors = false;

  /** The nodes so far. */
  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /** Whether a node is among them. */
  has(node: Node): boolean {
    return node.walk === this.#walk;
  }

  /** Adds a root, with all that it needs. */
  add(root: Node): void {
    const walk = this.#walk;
    const nodes = this.#nodes;
    const key = this.#key;
    this.#roots.push(root);
    // Depth first with an explicit stack: graphs of long loops are deeper than the call stack.
    const stack: Node[] = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (node.walk === walk && node.position >= 0) {
        stack.pop();
        continue;
      }
      if (node.walk !== walk) {
        node.walk = walk;
        node.position = -1;
        if (node.lost !== null) throw staleTensorError(root, node.lost);
        if (node.storage === null) {
          let ready = true;
          for (let i = node.inputs.length - 1; i >= 0; i--) {
            const input = node.inputs[i];
            if (input.walk !== walk || input.position < 0) {
              stack.push(input);
              ready = false;
            }
          }
          if (!ready) continue;
        } else {
          node.storage.checkFresh(root);
        }
      }
      stack.pop();
      node.position = nodes.length;
      nodes.push(node);
      if (node.storage === null) {
        key.push(node.signature);
        for (const input of node.inputs) key.push(input.position);
        if (node.evaluated) {
          this.#hasInteriors = true;
          if (node.kind !== "fill") this.#outputs.push(node.position);
        }
      } else {
        key.push(node.kind === "leaf" ? node.signature : signatureOf("leaf", node.shape, node.dtype, null));
      }
    }
    if (root.storage === null) this.#outputs.push(root.position);
  }

  /** Gives the program, in which new values of variables may be written over the old ones. */
  finish(replaced: readonly Replaced[] = []): Collected {
    const nodes = this.#nodes;
    const outputs = this.#outputs.sort((a, b) => a - b).filter((position, i, all) => position !== all[i - 1]);
    const updates: InPlaceUpdate[] = [];
    for (const { before, after } of replaced) {
      if (this.has(before) && this.has(after)) updates.push({ leaf: before.position, output: after.position });
    }
    const key = this.#key;
    key.push(-2);
    for (const { leaf, output } of updates) key.push(leaf, output);
    key.push(-1);
    for (const output of outputs) key.push(output);
    return { nodes, outputs, updates, key, recomputed: this.#hasInteriors ? findRecomputed(this.#roots, nodes) : [] };
  }
}

/** Two values of a variable that is updated in place. */
export interface Replaced {
  readonly before: Node;
  readonly after: Node;
}

/** What is below some roots. */
export function collect(roots: readonly Node[], replaced: readonly Replaced[] = []): Collected {
  const collector = new Collector();
  for (const root of roots) collector.add(root);
  return collector.finish(replaced);
}

/** The evaluated nodes that new work reads; what lies below them is recomputed only on their account. */
function findRecomputed(roots: readonly Node[], nodes: readonly Node[]): Node[] {
  const wasInterior = (node: Node): boolean => node.storage === null && node.evaluated;
  const result = new Set<Node>();
  for (const root of roots) if (wasInterior(root)) result.add(root);
  for (const node of nodes) {
    if (node.storage !== null || node.evaluated) continue;
    for (const input of node.inputs) if (wasInterior(input)) result.add(input);
  }
  return [...result];
}

/** The same walk with more of its nodes as outputs. */
export function withOutputs(collected: Collected, more: ReadonlySet<number>): Collected {
  const { outputs, key } = collected;
  const all = [...new Set([...outputs, ...more])].sort((a, b) => a - b);
  return { ...collected, outputs: all, key: [...key.slice(0, key.length - outputs.length), ...all] };
}

/** The collected nodes as plain data for the planner. */
export function toGraph({ nodes, outputs, updates }: Collected): Graph {
  return {
    nodes: nodes.map((node) => {
      const isLeaf = node.storage !== null;
      const plain = {
        kind: isLeaf ? "leaf" : node.kind,
        attributes: isLeaf ? null : node.attributes,
        inputs: isLeaf ? [] : node.inputs.map((input) => input.position),
        shape: node.shape,
        dtype: node.dtype,
      };
      return plain as GraphNode; // kind and attributes come from one node
    }),
    outputs,
    updates,
  };
}
