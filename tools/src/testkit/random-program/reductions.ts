import * as T from "@minima/tensor";
import type { Step } from "./program-builder.ts";

const named = (axes: readonly number[] | undefined): string => axes?.join() ?? "all";

/** How many elements are folded into one. */
const folded = (x: T.Tensor, axes: readonly number[] | undefined): number =>
  (axes ?? x.shape.map((_, axis) => axis)).reduce((product, axis) => product * x.shape[axis], 1);

const reductions = ["sum", "mean", "amax", "amin", "logsumexp", "variance", "prod", "norm", "std", "nansum"] as const;
/** What there is of nothing: 0, 1, -inf or NaN. */
const reductionsOfNothing = ["sum", "mean", "logsumexp", "variance", "prod", "nansum"] as const;

export const reduce: Step = (p) => {
  const x = p.float((value) => value.tensor.ndim > 0);
  if (x === undefined) return null;
  const axis = p.axesOf(x.tensor);
  const n = folded(x.tensor, axis);
  const options = { axis, keepDims: p.r.chance(0.5) };
  const name = p.r.pick(n === 0 ? reductionsOfNothing : reductions);
  const text = `${name} ${named(axis)}`;
  const make = (tensor: T.Tensor, limit: number) => ({ tensor, certainty: "rough" as const, limit, text });
  switch (name) {
    case "variance":
      return make(T.variance(x.tensor, { ...options, correction: 0 }), x.limit ** 2);
    case "std":
      // Away from 0, where the root is steep.
      return make(T.sqrt(T.add(T.variance(x.tensor, { ...options, correction: 0 }), 0.1)), x.limit + 1);
    case "norm":
      return make(T.norm(x.tensor, { ...options, p: p.r.pick([1, 2, 3, Infinity]) }), n * x.limit);
    case "prod":
      // Of factors near 1, so that the product neither vanishes nor grows, and not of so many that rounding does.
      if (n > 500) return null;
      return make(T.prod(T.add(T.mul(x.tensor, 1 / (n * x.limit || 1)), 1), options), 3);
    case "sum":
    case "nansum":
      return make(T[name](x.tensor, options), n * x.limit);
    case "logsumexp":
      return make(T.logsumexp(x.tensor, options), x.limit + Math.log(n || 1));
    default: {
      const certainty = name === "mean" ? "rough" : x.certainty;
      return { tensor: T[name](x.tensor, options), certainty, limit: x.limit, text };
    }
  }
};

/** Reductions of numbers that are exact. */
export const reduceExact: Step = (p) => {
  const x = p.pick(({ certainty, tensor }) => certainty === "exact" && tensor.ndim > 0);
  if (x === undefined) return null;
  const axes = p.axesOf(x.tensor);
  const keepDims = p.r.chance(0.5);
  const names = ["any", "all", "countNonzero", "argmax", "argmin", "amax", "amin", "max"] as const;
  const name = p.r.pick(x.tensor.size === 0 ? names.slice(0, 3) : names);
  const text = `${name} ${named(axes)}`;
  const make = (tensor: T.Tensor, limit: number) => ({ tensor, certainty: "exact" as const, limit, text });
  if (name === "argmax" || name === "argmin") {
    const axis = axes?.[0];
    return make(T[name](x.tensor, { axis, keepDims }), folded(x.tensor, axis === undefined ? undefined : [axis]));
  }
  if (name === "max") {
    const { values, indices } = T.max(x.tensor, { axis: axes?.[0] ?? 0, keepDims });
    return p.r.chance(0.5) ? make(values, x.limit) : make(indices, folded(x.tensor, axes));
  }
  const limit = name === "countNonzero" ? folded(x.tensor, axes) : x.limit;
  return make(T[name](x.tensor, { axis: axes, keepDims }), limit);
};

/** What keeps the shape and takes its statistics over axes. */
export const normalize: Step = (p) => {
  const x = p.float((value) => value.tensor.ndim > 0);
  if (x === undefined) return null;
  const axes = p.axesOf(x.tensor);
  const axis = axes?.[0] ?? 0;
  const over = { axis: axes, keepDims: true };
  const centred = (): T.Tensor => T.sub(x.tensor, T.mean(x.tensor, over));
  const name = p.r.pick(["softmax", "logSoftmax", "centre", "standardize", "unit"] as const);
  const make = (tensor: T.Tensor, limit: number) => ({
    tensor,
    certainty: "rough" as const,
    limit,
    text: `${name} ${named(axes)}`,
  });
  switch (name) {
    case "softmax":
      return make(T.softmax(x.tensor, axis), 1);
    case "logSoftmax":
      return make(T.logSoftmax(x.tensor, axis), 2 * x.limit + Math.log(x.tensor.shape[axis] || 1));
    case "centre":
      return make(centred(), 2 * x.limit);
    case "standardize": {
      const scale = T.rsqrt(T.add(T.variance(x.tensor, { ...over, correction: 0 }), 0.1));
      return make(T.mul(centred(), scale), 6 * x.limit);
    }
    case "unit":
      return make(T.div(x.tensor, T.sqrt(T.add(T.sum(T.square(x.tensor), over), 0.1))), 4);
  }
};
