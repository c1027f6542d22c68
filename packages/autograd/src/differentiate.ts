import { MinimaError, type Node, Tensor, zerosLike } from "@minima/tensor";
import { Contributions } from "./contributions.ts";
import { rules } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";

/** Walks the graph back from a root and hands each source its gradient. */
export function differentiate(root: Node, gradient: Tensor, isSource: (node: Node) => boolean): Map<Node, Tensor> {
  const order = topologicalOrder(root, isSource);
  const contributions = new Contributions();
  contributions.add(root, gradient);
  const sources = new Map<Node, Tensor>();
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const own = contributions.take(node);
    if (own === undefined) continue;
    if (isSource(node)) sources.set(node, own);
    else contribute(contributions, node, own);
  }
  return sources;
}

/** Passes the gradient of a node on to what it was made of. */
function contribute(contributions: Contributions, node: Node, gradient: Tensor): void {
  if (node.custom === null && node.kind === "slice") {
    if (node.inputs[0].requiresGrad) contributions.addSlice(node.inputs[0], { gradient, ...node.attributes });
    return;
  }
  const wants = (input: number): boolean => !isMatrixUse(node, input) && parentsOf(node)[input].requiresGrad;
  if (parentsOf(node).some((_, input) => wants(input))) {
    const parts = gradientsOfInputs(node, gradient, wants);
    parentsOf(node).forEach((parent, input) => {
      const part = parts[input];
      if (part !== null && part !== undefined && wants(input)) contributions.add(parent, part);
    });
  }
  if (isMatrixUse(node, 1)) addMatrixGradient(contributions, node, gradient);
}

function parentsOf(node: Node): readonly Node[] {
  return node.custom === null ? node.inputs : node.custom.inputs;
}

/** Whether an input is the right factor of a product of two matrices that needs a gradient. */
function isMatrixUse(node: Node, input: number): boolean {
  return (
    input === 1 &&
    node.custom === null &&
    node.kind === "matmul" &&
    node.shape.length === 2 &&
    node.inputs[1].requiresGrad
  );
}

/** d(x·w) by w is xᵀ·g; if w is a transposed matrix, that matrix gets gᵀ·x. */
function addMatrixGradient(contributions: Contributions, node: Node, gradient: Tensor): void {
  const [x, w] = node.inputs;
  const isTransposed = w.custom === null && w.kind === "permute" && w.storage === null && w.inputs[0].requiresGrad;
  if (isTransposed) contributions.addProduct(w.inputs[0], gradient, new Tensor(x));
  else contributions.addProduct(w, new Tensor(x), gradient);
}

function gradientsOfInputs(
  node: Node,
  gradient: Tensor,
  wants: (input: number) => boolean,
): readonly (Tensor | null)[] {
  if (node.custom !== null) {
    return node.custom.rule(gradient.node, node).map((result) => (result === null ? null : new Tensor(result)));
  }
  const rule = rules[node.kind];
  if ("notDifferentiable" in rule) return [];
  // The table pairs each kind with its own rule; the compiler cannot see that both come from one node.
  return (rule as Rule<typeof node.kind>)({
    node: node as never,
    gradient,
    inputs: node.inputs.map((input) => new Tensor(input)),
    output: new Tensor(node),
    wants,
  });
}

/** Nodes between the sources and the root that require gradients, inputs first. */
function topologicalOrder(root: Node, isSource: (node: Node) => boolean): Node[] {
  const order: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const stack = [root];
  while (stack.length > 0) {
    const node = stack[stack.length - 1];
    const known = state.get(node);
    if (known === "done") {
      stack.pop();
      continue;
    }
    if (known === "open" || isSource(node)) {
      state.set(node, "done");
      order.push(node);
      stack.pop();
      continue;
    }
    if (node.lost !== null || (node.storage !== null && node.inputs.length === 0 && node.kind !== "leaf")) {
      if (node.requiresGrad && node.gradientSlot === null) throw releasedGraph();
    }
    state.set(node, "open");
    for (const parent of parentsOf(node)) {
      if (parent.requiresGrad && !state.has(parent)) stack.push(parent);
    }
  }
  return order;
}

function releasedGraph(): MinimaError {
  return new MinimaError(
    "backward: the graph of this tensor has been released by a later update; " +
      "compute it again, or call backward before the next step()",
  );
}

/**
 * dL/d(source) for each source, with zeros where the root does not depend on it.
 *
 * @param gradient - dL/d(root), of the root's shape.
 */
export function gradientsOf(root: Tensor, sources: readonly Tensor[], gradient: Tensor): Tensor[] {
  const wanted = new Set(sources.map((source) => source.node));
  const found = differentiate(root.node, gradient, (node) => wanted.has(node));
  return sources.map((source) => found.get(source.node) ?? zerosLike(source));
}
