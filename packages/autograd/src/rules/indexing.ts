import { type Primitive, Tensor, createNode, gather } from "@minima/tensor";
import { type NotDifferentiable, type Rule, notDifferentiable } from "./rule.ts";

type Kind = Extract<Primitive, "gather" | "scatterAdd" | "argsort">;

/** Picking and adding at places are each other's transposes. */
export const indexing: { readonly [K in Kind]: Rule<K> | NotDifferentiable } = {
  gather: ({ node, gradient: g, inputs: [x, index] }) => [
    new Tensor(createNode("scatterAdd", [index.node, g.node], x.shape, g.dtype, { axis: node.attributes.axis })),
    null,
  ],
  scatterAdd: ({ node, gradient: g, inputs: [index] }) => [null, gather(g, node.attributes.axis, index)],
  argsort: notDifferentiable("an order is made of integers"),
};
