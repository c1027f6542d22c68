import {
  type Primitive, Tensor, createNode, gather, greaterEqual, inFloat32, less, logicalAnd, where,
} from "@minima/tensor"; // prettier-ignore
import { type NotDifferentiable, type Rule, notDifferentiable } from "./rule.ts";

type Kind = Extract<Primitive, "gather" | "scatterAdd" | "argsort">;

/** Picking and adding at places are each other's transposes. */
export const indexing: { readonly [K in Kind]: Rule<K> | NotDifferentiable } = {
  gather: ({ node, gradient: g, inputs: [x, index] }) => [
    inFloat32([g], (wide) => {
      return new Tensor(createNode("scatterAdd", [index.node, wide.node], x.shape, wide.dtype, node.attributes));
    }),
    null,
  ],
  // What was written outside of the axis was dropped, and has no gradient.
  scatterAdd: ({ node, gradient: g, inputs: [index] }) => {
    const { axis } = node.attributes;
    const isInside = logicalAnd(greaterEqual(index, 0), less(index, node.shape[axis]));
    return [null, where(isInside, gather(g, axis, index), 0)];
  },
  argsort: notDifferentiable("an order is made of integers"),
};
