import { sameShape, sizeOf } from "../shape.ts";
import { foldOrder } from "./fold-order.ts";
import { type LoopContext, type LoopShape, MustMaterialize } from "./loop-builder.ts";

/** Rows of a fused row kernel may be this long: they should stay in the cache between the passes over them. */
const longestRow = 65536;

/** Loops of a kernel, and what they run over. */
export interface KernelShape {
  readonly shape: LoopShape;
  /** Axes of the node that the inner loops run over: see `Root`. */
  readonly axes: readonly number[];
  /** The shape of what is folded, and its axes that are; null where nothing is. */
  readonly folded: Folded | null;
}

export interface Folded {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
}

/**
 * The loops of the kernel that stores a node: over its elements; inner loops over what a reduction inside of it folds,
 * which for a row kernel (softmax) are axes of the node itself.
 */
export function loopShapeOf(context: LoopContext, node: number, into: number): KernelShape {
  const { shape } = context.graph.nodes[node];
  const isLoaded = node !== into && context.slotOf(node) >= 0;
  const reduction = isLoaded ? null : firstReduction(context, node);
  if (reduction === null) return { shape: elementLoops(shape), axes: [], folded: null };
  const { inputShape, axes, size } = reduction;
  const folded = { shape: inputShape, axes };
  const inner = axes.map((axis) => inputShape[axis]);
  const order = foldOrder(inputShape, axes);
  if (size === sizeOf(shape) && !(sameShape(inputShape, shape) && sizeOf(inner) === 1)) {
    return { shape: { ...elementLoops(shape), inner, order }, axes: [], folded };
  }
  if (sameShape(inputShape, shape) && sizeOf(inner) <= longestRow) {
    const kept = shape.filter((_, axis) => !axes.includes(axis));
    return { shape: { ...elementLoops(kept), inner, order }, axes, folded };
  }
  throw new MustMaterialize(reduction.node);
}

/** Loops over the elements of a tensor. */
export function elementLoops(shape: readonly number[]): LoopShape {
  return { outer: shape.filter((extent) => extent !== 1), inner: [], order: null };
}

interface FoundReduction {
  readonly node: number;
  readonly inputShape: readonly number[];
  readonly axes: readonly number[];
  readonly size: number;
}

/** The reduction nearest to a node among those computed inside its kernel. */
function firstReduction(context: LoopContext, root: number): FoundReduction | null {
  const { graph } = context;
  const queue = [root];
  const seen = new Set(queue);
  for (let next = 0; next < queue.length; next++) {
    const node = graph.nodes[queue[next]];
    if (node.kind === "reduce") {
      const inputShape = graph.nodes[node.inputs[0]].shape;
      return { node: queue[next], inputShape, axes: node.attributes.axes, size: sizeOf(node.shape) };
    }
    for (const input of node.inputs) {
      if (seen.has(input) || context.slotOf(input) >= 0) continue;
      seen.add(input);
      queue.push(input);
    }
  }
  return null;
}
