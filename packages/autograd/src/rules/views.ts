import { type Range, permute, reshape, slice, sum } from "@minima/tensor";
import { restoreSlice } from "../slices.ts";
import type { NotDifferentiable, Rule } from "./rule.ts";

type Kind = "reshape" | "permute" | "broadcast" | "slice" | "pad" | "concat";

/** Views move elements, so their gradients move them back; what was repeated is added up. */
export const views: { readonly [K in Kind]: Rule<K> | NotDifferentiable } = {
  reshape: ({ node, gradient: g }) => [reshape(g, node.inputs[0].shape)],
  permute: ({ node, gradient: g }) => {
    const inverse: number[] = [];
    node.attributes.axes.forEach((axis, i) => (inverse[axis] = i));
    return [permute(g, inverse)];
  },
  broadcast: ({ node, gradient: g }) => {
    const { shape } = node.inputs[0];
    const repeated = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== node.shape[axis]);
    return [sum(g, { axis: repeated, keepDims: true })];
  },
  slice: ({ node, gradient }) => [restoreSlice(node.inputs[0].shape, { gradient, ...node.attributes })],
  pad: ({ node, gradient: g }) => {
    const { before } = node.attributes;
    const { shape } = node.inputs[0];
    return [
      slice(
        g,
        shape.map((extent, axis): Range => [before[axis], before[axis] + extent]),
      ),
    ];
  },
  concat: ({ node, gradient: g }) => {
    const { axis } = node.attributes;
    let start = 0;
    return node.inputs.map(({ shape }) => {
      const from = start;
      start += shape[axis];
      return slice(
        g,
        shape.map((_, k): Range | null => (k === axis ? [from, start] : null)),
      );
    });
  },
};
