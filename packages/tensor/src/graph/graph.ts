import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { AttributesOf, NodeKind } from "./primitive.ts";

/** One node of a graph as plain data: what the planner and the reference evaluator see. */
export type GraphNode = { [K in NodeKind]: GraphNodeOf<K> }[NodeKind];

export interface GraphNodeOf<K extends NodeKind> {
  readonly kind: K;
  readonly attributes: AttributesOf<K>;
  /** Positions of the inputs in `Graph.nodes`, all smaller than this node's own. */
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A pending computation: nodes in topological order, and which of them are asked for. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly number[];
  /** Outputs that may be written over leaves of their shape and dtype, whose values nobody needs afterwards. */
  readonly updates?: readonly InPlaceUpdate[];
}

export interface InPlaceUpdate {
  readonly leaf: number;
  readonly output: number;
}
