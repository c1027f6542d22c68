import {
  type ConvAttributes, type Node, type Primitive, Tensor, createNode, matmul, transpose,
} from "@minima/tensor"; // prettier-ignore
import { type NotDifferentiable, type Rule, notDifferentiable } from "./rule.ts";

type Kind = Extract<Primitive, "matmul" | "conv" | "attention" | "poolIndex" | "avgPool">;

/** Bilinear operations: the gradient of each operand is the product of the same family with the other. */
export const products: { readonly [K in Kind]: Rule<K> | NotDifferentiable } = {
  matmul: ({ gradient: g, inputs: [a, b], wants }) => [
    wants(0) ? matmul(g, transpose(b)) : null,
    wants(1) ? matmul(transpose(a), g) : null,
  ],
  conv: ({ node, gradient: g, inputs: [a, b], wants }) => {
    const conv = (mode: ConvAttributes["mode"], first: Tensor, second: Tensor, like: Node): Tensor =>
      new Tensor(createNode("conv", [first.node, second.node], like.shape, first.dtype, { ...node.attributes, mode }));
    const [left, right] = node.inputs;
    // Inputs: forward (x, w), inputGradient (dy, w), filterGradient (x, dy).
    switch (node.attributes.mode) {
      case "forward":
        return [
          wants(0) ? conv("inputGradient", g, b, left) : null,
          wants(1) ? conv("filterGradient", a, g, right) : null,
        ];
      case "inputGradient":
        return [wants(0) ? conv("forward", g, b, left) : null, wants(1) ? conv("filterGradient", g, a, right) : null];
      case "filterGradient":
        return [wants(0) ? conv("inputGradient", b, g, left) : null, wants(1) ? conv("forward", a, g, right) : null];
    }
  },
  attention: notDifferentiable("scaledDotProductAttention brings its gradient along"),
  poolIndex: notDifferentiable("an index is an integer; max pooling picks by it with gather"),
  avgPool: ({ node, gradient: g }) => {
    const mode = node.attributes.mode === "forward" ? "inputGradient" : "forward";
    return [new Tensor(createNode("avgPool", [g.node], node.inputs[0].shape, g.dtype, { ...node.attributes, mode }))];
  },
};
