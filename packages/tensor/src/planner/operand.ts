import type { Graph } from "../graph/graph.ts";
import type { MatrixAccess, Source } from "../kernel/step.ts";
import { sameShape } from "../shape.ts";
import { type Index, delinearize, linearize, variable } from "./affine.ts";
import { indexBelow } from "./index-below.ts";
import type { Affine } from "../kernel/step.ts";

/** A node that has (or must get) a buffer, and where the elements of an operand lie in it. */
export interface FoldedOperand {
  readonly base: number;
  /** Position in the base's buffer for an index of the operand, one loop an axis. */
  readonly at: Affine;
}

/** Folds the views above an operand into strides, as far as they are affine. */
export function foldViews(graph: Graph, operand: number, hasBuffer: (node: number) => boolean): FoldedOperand {
  const extents = graph.nodes[operand].shape;
  const loops = extents.length;
  let index: Index = extents.map((_, axis) => variable(axis, loops));
  let base = operand;
  for (;;) {
    const node = graph.nodes[base];
    if (hasBuffer(base)) break;
    const below = node.inputs[0];
    if (node.kind === "permute" || node.kind === "broadcast" || node.kind === "slice") {
      index = indexBelow(node, graph.nodes[below].shape, index, loops);
    } else if (node.kind === "reshape") {
      // However often it is reshaped, elements are in the same order: where that is no index, a buffer of the source does.
      const source = foldReshapes(graph, base, hasBuffer);
      const { shape } = graph.nodes[source];
      const linear = linearize(index, node.shape, loops);
      const at = sameShape(shape, node.shape) ? index : delinearize(linear, shape, extents);
      if (at === null || hasBuffer(source)) return { base: source, at: linear };
      index = at;
      base = source;
      continue;
    } else {
      break;
    }
    base = below;
  }
  return { base, at: linearize(index, graph.nodes[base].shape, loops) };
}

/** The node whose contiguous buffer holds an operand's elements in order: reshapes are free. */
export function foldReshapes(graph: Graph, operand: number, hasBuffer: (node: number) => boolean): number {
  let base = operand;
  while (!hasBuffer(base) && graph.nodes[base].kind === "reshape") base = graph.nodes[base].inputs[0];
  return base;
}

/** An operand of a matrix product as strides: batch axes, rows, columns. */
export function matrixAccess({ at }: FoldedOperand, source: Source): MatrixAccess {
  const rank = at.strides.length;
  return {
    ...source,
    offset: at.offset,
    batchStrides: at.strides.slice(0, rank - 2),
    rowStride: at.strides[rank - 2],
    columnStride: at.strides[rank - 1],
  };
}
