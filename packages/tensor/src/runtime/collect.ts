import type { Graph, GraphNode } from "../graph/graph.ts";
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
}

/**
 * Walks from the roots to the nodes that have values. A node that was computed before as an interior becomes an
 * output, so that nothing is computed more than twice.
 */
export function collect(roots: readonly Node[]): Collected {
  const walk = ++walks;
  const nodes: Node[] = [];
  const key: number[] = [];
  const visit = (root: Node): void => {
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
        if (node.released !== null) throw staleTensorError(node.released);
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
          node.storage.checkFresh();
        }
      }
      stack.pop();
      node.position = nodes.length;
      nodes.push(node);
      if (node.storage === null) {
        key.push(node.signature);
        for (const input of node.inputs) key.push(input.position);
      } else {
        key.push(node.kind === "leaf" ? node.signature : signatureOf("leaf", node.shape, node.dtype, null));
      }
    }
  };
  for (const root of roots) visit(root);
  const outputs: number[] = [];
  const isRoot = new Set(roots);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (node.storage === null && (isRoot.has(node) || (node.evaluated && node.kind !== "fill"))) outputs.push(i);
  }
  key.push(-1, ...outputs);
  return { nodes, outputs, key, recomputed: findRecomputed(roots, nodes) };
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
export function withOutputs({ nodes, outputs, key, recomputed }: Collected, more: ReadonlySet<number>): Collected {
  const all = [...new Set([...outputs, ...more])].sort((a, b) => a - b);
  return { nodes, outputs: all, key: [...key.slice(0, key.length - outputs.length), ...all], recomputed };
}

/** The collected nodes as plain data for the planner. */
export function toGraph({ nodes, outputs }: Collected): Graph {
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
  };
}
