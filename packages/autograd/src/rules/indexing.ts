import { type Primitive, Tensor, createNode, gather, inFloat32 } from "@minima/tensor";
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
  scatterAdd: ({ node, gradient: g, inputs: [index] }) => [null, gather(g, node.attributes.axis, index)],
  argsort: notDifferentiable("an order is made of integers"),
};
