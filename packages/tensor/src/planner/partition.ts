import type { BackendProfile } from "../backend.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import { foldReshapes, foldViews } from "./operand.ts";
import { anchorProfile, isSmallBeside } from "./prologue.ts";

/** Where the values of a graph live. */
export interface Partition {
  /** Nodes that get a buffer, ascending: leaves, outputs, anchors and the ends of fused kernels. */
  readonly materialized: ReadonlySet<number>;
}

/** Nodes computed by algorithms of their own. */
export const anchorKinds: ReadonlySet<GraphNode["kind"]> = new Set([
  "matmul", "conv", "attention", "poolIndex", "avgPool", "argReduce", "scan", "gather", "scatterAdd", "argsort",
] as const); // prettier-ignore

const freeKinds: ReadonlySet<GraphNode["kind"]> = new Set([
  "reshape", "permute", "broadcast", "slice", "pad", "concat", "fill", "iota", "cast",
] as const); // prettier-ignore

/** Instructions that a value may cost to be computed again in every kernel that needs it. */
const cheapCost = 3;
/** Nodes that one kernel may take in, counted with repetition. */
const longestExpression = 128;
/** Buffers it may read for that, and those that a prologue may read: anchors read elements more than once. */
const [cheapReads, prologueReads] = [2, 1];

/**
 * Decides which nodes get buffers. Walking from the outputs down, a node is computed inside the kernel that consumes
 * it; if several kernels do, it is computed in each when that is cheap, and else gets a buffer.
 *
 * @param forced - Nodes that turned out not to fit into the kernels that want them.
 */
export function partitionGraph(graph: Graph, forced: ReadonlySet<number>, profile: BackendProfile): Partition {
  const { nodes, outputs } = graph;
  const materialized = new Set<number>([...outputs, ...forced]);
  const used = usedNodes(graph);
  nodes.forEach((node, position) => {
    if (used[position] === 0) return;
    if (node.kind === "leaf" || anchorKinds.has(node.kind) || isLargeJoin(node)) materialized.add(position);
  });
  const users = new Users(nodes.length);
  /** What anchors would compute where they read it. */
  const prologues = new Set<number>();
  for (let position = nodes.length - 1; position >= 0; position--) {
    const node = nodes[position];
    if (node.kind === "leaf") continue;
    if (!materialized.has(position)) {
      if (users.areNone(position)) continue; // below nobody that is computed
      const keep = users.areMany(position) && !(freeKinds.has(node.kind) && node.inputs.length === 0);
      if (prologues.has(position)) {
        // What a kernel computes is better stored by it as well, or by the epilogue of that anchor, than made where it is read.
        const isInput = ({ kind }: GraphNode): boolean =>
          kind === "leaf" || (anchorKinds.has(kind) && anchorProfile(profile, kind).epilogue !== true);
        const isEmpty = sizeOf(node.shape) === 0;
        if (isEmpty || !isCheap(graph, position, materialized, prologueReads, isInput)) materialized.add(position);
      } else if (keep && !isCheap(graph, position, materialized, cheapReads)) materialized.add(position);
    }
    const isKernel = materialized.has(position);
    if (anchorKinds.has(node.kind)) {
      anchorOperands(graph, position, materialized).forEach((base, operand) => {
        if (anchorProfile(profile, node.kind).prologues?.includes(operand) === true) prologues.add(base);
        else materialized.add(base);
        users.add(base, position);
      });
      continue;
    }
    for (const input of node.inputs) {
      if (isKernel) users.add(input, position);
      else users.addThoseOf(input, position);
    }
  }
  limitKernels(graph, materialized);
  return { materialized };
}

const [nobody, several] = [-1, -2];

/** The kernels that compute or load each node, named by their last node: none, one, or several. */
class Users {
  readonly #users: Int32Array;

  constructor(nodes: number) {
    this.#users = new Int32Array(nodes).fill(nobody);
  }

  areNone(node: number): boolean {
    return this.#users[node] === nobody;
  }

  areMany(node: number): boolean {
    return this.#users[node] === several;
  }

  add(node: number, kernel: number): void {
    const known = this.#users[node];
    if (known !== kernel) this.#users[node] = known === nobody ? kernel : several;
  }

  /** Adds those of another node, which has some. */
  addThoseOf(node: number, other: number): void {
    this.add(node, this.#users[other]);
  }
}

/** Which nodes the outputs are made of, as ones: nodes that equal others are not asked for any more. */
function usedNodes({ nodes, outputs }: Graph): Uint8Array {
  const used = new Uint8Array(nodes.length);
  for (const output of outputs) used[output] = 1;
  for (let position = nodes.length - 1; position >= 0; position--) {
    if (used[position] === 1) for (const input of nodes[position].inputs) used[input] = 1;
  }
  return used;
}

/** A join is better written part by part than asked at every element which part that lies in. */
function isLargeJoin(node: GraphNode): boolean {
  return node.kind === "concat" && (node.inputs.length > 2 || sizeOf(node.shape) >= 4096);
}

/** Cuts expressions that have grown too long for one kernel: registers spill, and long chains gain nothing more. */
function limitKernels(graph: Graph, materialized: Set<number>): void {
  const sizes = graph.nodes.map(() => 0);
  graph.nodes.forEach((node, position) => {
    if (materialized.has(position)) return;
    const size = node.inputs.reduce((total, input) => total + sizes[input], 1);
    if (size > longestExpression) materialized.add(position);
    else sizes[position] = size;
  });
}

/** The nodes whose buffers an anchor reads, once views are folded into its accesses. */
function anchorOperands(graph: Graph, position: number, materialized: ReadonlySet<number>): number[] {
  const node = graph.nodes[position];
  const hasBuffer = (at: number): boolean => materialized.has(at);
  if (node.kind === "matmul" || node.kind === "attention") {
    return node.inputs.map((input) => foldViews(graph, input, hasBuffer).base);
  }
  return node.inputs.map((input) => foldReshapes(graph, input, hasBuffer));
}

/** Whether a value is worth computing again rather than storing and loading it. */
function isCheap(
  graph: Graph,
  root: number,
  materialized: ReadonlySet<number>,
  mostReads: number,
  isInput: (node: GraphNode) => boolean = () => true,
): boolean {
  let cost = 0;
  let reads = 0;
  const seen: number[] = []; // a few
  const visit = (position: number): boolean => {
    if (seen.includes(position)) return true;
    seen.push(position);
    const node = graph.nodes[position];
    if (materialized.has(position)) {
      if (isSmallBeside(node, graph.nodes[root])) return true;
      reads++;
      return reads <= mostReads && isInput(node);
    }
    if (node.kind === "reduce" || node.kind === "randomBits") return false;
    if (!freeKinds.has(node.kind)) cost += costs.get(node.kind) ?? 1;
    return cost <= cheapCost && node.inputs.every(visit);
  };
  return visit(root);
}

/** What takes more than one instruction; functions take more than is cheap. */
const costs: ReadonlyMap<GraphNode["kind"], number> = new Map([
  ["div", cheapCost],
  ...(["exp", "log", "sin", "cos", "tanh", "atan", "erf", "pow", "mod", "sqrt"] as const).map(
    (kind) => [kind, cheapCost + 1] as const,
  ),
]);
