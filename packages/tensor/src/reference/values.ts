import type { GraphNode } from "../graph/graph.ts";

/** Elements of a node; float tensors may be held in double precision. */
export type Values = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** What float tensors compute in. */
export type Precision = "float32" | "float64";

/** An input of a node: its description and its elements. */
export type Input = Pick<GraphNode, "shape" | "dtype"> & { readonly values: Values };

/** Evaluates one kind of node into `out`. */
export type Evaluator<N extends GraphNode> = (node: N, inputs: readonly Input[], out: Values) => void;
