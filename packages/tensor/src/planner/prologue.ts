import type { AnchorProfile, BackendProfile } from "../backend.ts";
import type { Graph, GraphNode } from "../graph/graph.ts";
import type { Prologue } from "../kernel/step.ts";
import { sizeOf } from "../shape.ts";
import { elementLoops } from "./loop-shape.ts";
import { LoopBuilder, type LoopContext, MustMaterialize } from "./loop-builder.ts";

/** What a backend's anchors of a kind do; nothing for nodes of other kinds. */
export function anchorProfile({ anchors }: BackendProfile, kind: GraphNode["kind"]): AnchorProfile {
  return (anchors as Readonly<Record<string, AnchorProfile | undefined>> | undefined)?.[kind] ?? {};
}

/** The prologue that computes a node without a buffer, and the nodes that it reads. */
export function buildPrologue(
  graph: Graph,
  node: number,
  context: LoopContext,
): { readonly prologue: Prologue; readonly reads: ReadonlySet<number> } {
  const { shape } = graph.nodes[node];
  const builder = new LoopBuilder(context, elementLoops(shape));
  builder.store({ node, into: node, axes: [], offset: [] });
  const prologue = builder.build();
  // Where neighbours would not lie side by side, an anchor that reads them many times is better given a copy.
  const readsAlong = prologue.instructions.every((instruction) => {
    return instruction.op !== "load" || [0, 1, undefined].includes(instruction.strides.at(-1));
  });
  if (!readsAlong) throw new MustMaterialize(node);
  return { prologue, reads: builder.reads };
}

/** Whether a value is small beside another, so that it costs next to nothing to read. */
export function isSmallBeside(value: GraphNode, other: GraphNode): boolean {
  return sizeOf(value.shape) * 8 <= sizeOf(other.shape);
}
