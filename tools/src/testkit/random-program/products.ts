import * as T from "@minima/tensor";
import type { ProgramBuilder, Step } from "./program-builder.ts";
import { type StepResult, fits } from "./value.ts";

const extents = [1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33];

/** The right operand of a product with `a`: one of the program, or a new one, whose axes lie in memory in any order. */
function partnerOf(p: ProgramBuilder, a: T.Tensor): StepResult | undefined {
  const k = a.shape[a.ndim - 1];
  const batch = a.shape.slice(0, -2);
  if (p.r.chance(0.4)) {
    const found = p.float(({ tensor }) => {
      const own = tensor.shape[tensor.ndim - (tensor.ndim === 1 ? 1 : 2)];
      return tensor.ndim >= 1 && own === k && fits(batch, tensor.shape.slice(0, -2));
    });
    if (found !== undefined) return found;
  }
  if (p.r.chance(0.15)) return p.floatInput([k]);
  const own = batch.map((extent) => (p.r.chance(0.3) ? 1 : extent)).slice(p.r.chance(0.4) ? batch.length : 0);
  const shape = [...own, k, p.r.pick(extents)];
  // Stored in some order, and permuted to where it belongs.
  const order = p.r.chance(0.5) ? shape.map((_, axis) => axis) : p.r.shuffled(shape.map((_, axis) => axis));
  const stored = p.floatInput(order.map((axis) => shape[axis]));
  return {
    ...stored,
    tensor: T.permute(
      stored.tensor,
      shape.map((_, axis) => order.indexOf(axis)),
    ),
  };
}

/** What may follow a product in the same kernel. */
function followed(p: ProgramBuilder, product: T.Tensor): readonly [T.Tensor, string] {
  const name = p.r.pick(["", "", "bias relu", "bias tanh", "residual"] as const);
  const width = product.ndim === 0 ? 1 : product.shape[product.ndim - 1];
  switch (name) {
    case "bias relu":
      return [T.relu(T.add(product, p.floatInput([width]).tensor)), name];
    case "bias tanh":
      return [T.tanh(T.add(product, p.floatInput([width]).tensor)), name];
    case "residual":
      return [T.add(product, p.floatInput(product.shape).tensor), name];
    default:
      return [product, name];
  }
}

export const product: Step = (p) => {
  const a = p.float(({ tensor }) => tensor.ndim >= 1);
  if (a === undefined) return null;
  const isTransposed = a.tensor.ndim >= 2 && p.r.chance(0.4);
  const left = isTransposed ? T.transpose(a.tensor) : a.tensor;
  const b = partnerOf(p, left);
  if (b === undefined || left.size * b.tensor.size > 4e6) return null;
  const k = left.shape[left.ndim - 1];
  const scale = 1 / Math.max(1, k * b.limit);
  const [tensor, after] = followed(p, T.mul(T.matmul(left, b.tensor), scale));
  const text = `matmul${isTransposed ? "ᵀ" : ""} [${left.shape.join()}] [${b.tensor.shape.join()}] ${after}`;
  return { tensor, certainty: "rough", limit: a.limit + 2, text };
};

/** The same through other doors. */
export const contraction: Step = (p) => {
  const a = p.float(({ tensor }) => tensor.ndim === 2 || tensor.ndim === 1);
  if (a === undefined) return null;
  const [x, limit] = [a.tensor, a.limit];
  const make = (tensor: T.Tensor, text: string) => ({
    tensor,
    certainty: "rough" as const,
    limit: limit * 2 + 2,
    text,
  });
  if (x.ndim === 1) {
    const other = p.floatInput([p.r.pick(extents)]).tensor;
    switch (p.r.below(3)) {
      case 0:
        return make(T.outer(x, other), "outer");
      case 1:
        return make(T.kron(x, other), "kron");
      default:
        return make(T.mul(T.dot(x, x), 1 / (x.size * limit || 1)), "dot");
    }
  }
  const [n, k] = x.shape;
  const mean = 1 / Math.max(1, k);
  switch (p.r.below(3)) {
    case 0:
      return make(
        T.mul(T.einsum("ij,kj->ki", x, p.floatInput([p.r.pick(extents), k]).tensor), mean),
        "einsum ij,kj->ki",
      );
    case 1: {
      const other = p.floatInput([k, p.r.pick(extents)]).tensor;
      const added = p.floatInput([other.shape[1]]).tensor;
      return make(T.addmm(added, x, other, { alpha: mean, beta: 0.5 }), "addmm");
    }
    default:
      return make(T.mul(T.einsum("ij,ij->i", x, p.floatInput([n, k]).tensor), mean), "einsum ij,ij->i");
  }
};
