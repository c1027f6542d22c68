import type { GraphNode } from "../graph/graph.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import type { Evaluator, Input, Values } from "./values.ts";

type ViewKind = "reshape" | "permute" | "broadcast" | "slice" | "pad" | "concat";
type OfKind<K> = Extract<GraphNode, { kind: K }>;

/** View primitives as copies. */
export const views: { readonly [K in ViewKind]: Evaluator<OfKind<K>> } = {
  reshape: (_, [x], out) => out.set(x.values),
  permute: (node, [x], out) => {
    const strides = stridesOf(x.shape);
    copy(
      node.shape,
      node.attributes.axes.map((axis) => strides[axis]),
      0,
      x.values,
      out,
    );
  },
  broadcast: (node, [x], out) => {
    const strides = stridesOf(x.shape).map((stride, axis) => (x.shape[axis] === 1 ? 0 : stride));
    copy(node.shape, strides, 0, x.values, out);
  },
  slice: (node, [x], out) => {
    const { starts, steps } = node.attributes;
    const strides = stridesOf(x.shape);
    const offset = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
    copy(
      node.shape,
      strides.map((stride, axis) => stride * steps[axis]),
      offset,
      x.values,
      out,
    );
  },
  pad: (node, [x], out) => place(x, node.attributes.before, node.shape, out),
  concat: (node, inputs, out) => {
    const start = node.shape.map(() => 0);
    for (const input of inputs) {
      place(input, start, node.shape, out);
      start[node.attributes.axis] += input.shape[node.attributes.axis];
    }
  },
};

/** out = values at offset + Σ strides·index, for each index of the shape in order. */
function copy(shape: readonly number[], strides: readonly number[], offset: number, values: Values, out: Values): void {
  forEachIndex(shape, (index, position) => {
    let at = offset;
    for (let axis = 0; axis < index.length; axis++) at += index[axis] * strides[axis];
    out[position] = values[at];
  });
}

/** Writes a tensor into a larger one from `start` on. */
function place(input: Input, start: readonly number[], shape: readonly number[], out: Values): void {
  const strides = stridesOf(shape);
  forEachIndex(input.shape, (index, position) => {
    let at = 0;
    for (let axis = 0; axis < index.length; axis++) at += (index[axis] + start[axis]) * strides[axis];
    out[at] = input.values[position];
  });
}

/** Calls with each multi-index in row-major order and its position; the array is reused. */
export function forEachIndex(
  shape: readonly number[],
  visit: (index: readonly number[], position: number) => void,
): void {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}
