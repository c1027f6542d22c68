import type { GraphEvaluator } from "../backend.ts";
import { type TypedArray, hostArray } from "../dtype.ts";
import type { Graph } from "../graph/graph.ts";
import { evaluateNode, roundValues } from "./evaluate.ts";
import type { Precision, Values } from "./values.ts";

/**
 * A device that evaluates the graph node by node in plain loops. It shares nothing with the planner or with any
 * backend, so that a wrong fusion or a wrong reuse of memory cannot be wrong in both. Slow, and meant for checking.
 *
 * @param options.precision - What float tensors compute in; results are rounded to their dtypes in either case.
 */
export function reference(options: { precision?: Precision } = {}): GraphEvaluator {
  const precision = options.precision ?? "float32";
  return {
    name: precision === "float32" ? "reference" : "reference (float64)",
    profile: { float16: true, composites: { attention: { mostFeatures: Infinity } } },
    evaluate(graph, leaf, scalar) {
      const values = evaluateGraph(graph, precision, leaf, scalar);
      return graph.outputs.map((position) => toHost(values[position], graph, position));
    },
  };
}

/** Values of all nodes of a graph. */
export function evaluateGraph(
  graph: Graph,
  precision: Precision,
  leaf: (position: number) => Values,
  scalar: (position: number) => number,
): Values[] {
  const values: Values[] = [];
  graph.nodes.forEach((node, position) => {
    const inputs = node.inputs.map((input) => ({ values: values[input], ...graph.nodes[input] }));
    values.push(node.kind === "leaf" ? leaf(position) : evaluateNode(node, inputs, precision, () => scalar(position)));
  });
  return values;
}

function toHost(values: Values, graph: Graph, position: number): TypedArray {
  const { dtype } = graph.nodes[position];
  const host = hostArray(dtype, values.length);
  host.set(values);
  roundValues(dtype, host);
  return host;
}
