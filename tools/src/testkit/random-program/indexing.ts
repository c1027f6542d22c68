import * as T from "@minima/tensor";
import type { Step } from "./program-builder.ts";

/** Elements taken at indices, which may stand twice. */
export const taken: Step = (p) => {
  const x = p.pick(({ tensor }) => tensor.ndim > 0 && tensor.size > 0);
  if (x === undefined) return null;
  const axis = p.axisOf(x.tensor);
  const extent = x.tensor.shape[axis];
  const count = p.r.between(1, extent + 2);
  if (p.r.chance(0.5)) {
    const index = p.integerInput([count], 0, extent - 1).tensor;
    return { ...x, tensor: T.indexSelect(x.tensor, axis, index), text: `indexSelect ${count} on ${axis}` };
  }
  // Other axes of the index may be shorter.
  const shape = x.tensor.shape.map((n, k) => (k === axis ? count : p.r.chance(0.8) ? n : p.r.between(1, n)));
  const index = p.integerInput(shape, 0, extent - 1).tensor;
  const isWhole = shape.every((n, k) => k === axis || n === x.tensor.shape[k]);
  const name = isWhole && p.r.chance(0.3) ? "takeAlongDim" : "gather";
  const tensor = name === "gather" ? T.gather(x.tensor, axis, index) : T.takeAlongDim(x.tensor, index, axis);
  return { ...x, tensor, text: `${name} [${shape.join()}] on ${axis}` };
};

/** Elements added or written at indices. */
export const scattered: Step = (p) => {
  const x = p.pick(({ tensor }) => tensor.ndim > 0 && tensor.size > 0 && tensor.dtype !== "bool");
  if (x === undefined) return null;
  const axis = p.axisOf(x.tensor);
  const extent = x.tensor.shape[axis];
  const count = p.r.between(1, extent + 2);
  const isFloat = x.tensor.dtype === "float32";
  const input = (shape: readonly number[]): T.Tensor =>
    isFloat ? p.floatInput(shape).tensor : T.cast(p.integerInput(shape, 0, 9).tensor, x.tensor.dtype);
  const certainty = isFloat ? "rough" : "exact";
  const limit = (x.limit + 9) * (count + 1);
  if (p.r.chance(0.3)) {
    const source = input(x.tensor.shape.map((n, k) => (k === axis ? count : n)));
    const index = p.integerInput([count], 0, extent - 1).tensor;
    return {
      tensor: T.indexAdd(x.tensor, axis, index, source),
      certainty,
      limit,
      text: `indexAdd ${count} on ${axis}`,
    };
  }
  const shape = x.tensor.shape.map((n, k) => (k === axis ? count : p.r.chance(0.8) ? n : p.r.between(1, n)));
  const index = p.integerInput(shape, 0, extent - 1).tensor;
  const name = p.r.pick(["scatterAdd", "scatter", "scatterReduce", "indexPut"] as const);
  if (name === "scatterReduce") {
    const reduce = p.r.pick(["sum", "mean", "amax", "amin"] as const);
    const includeSelf = p.r.chance(0.5);
    const tensor = T.scatterReduce(x.tensor, axis, index, input(shape), { reduce, includeSelf });
    const text = `scatterReduce ${reduce}${includeSelf ? "" : " without itself"} [${shape.join()}] on ${axis}`;
    return { tensor, certainty: reduce.startsWith("a") ? x.certainty : certainty, limit, text };
  }
  if (name === "indexPut") {
    // Rows, which add up where an index stands twice.
    const rows = p.integerInput([count], 0, x.tensor.shape[0] - 1).tensor;
    const values = input([count, ...x.tensor.shape.slice(1)]);
    const tensor = T.indexPut(x.tensor, [rows], values, { accumulate: true });
    return { tensor, certainty, limit, text: `indexPut ${count} rows` };
  }
  const tensor = T[name](x.tensor, axis, index, input(shape));
  return { tensor, certainty, limit, text: `${name} [${shape.join()}] on ${axis}` };
};

/** Order along an axis, of exact numbers. */
export const ordered: Step = (p) => {
  const x = p.exactNumber(({ tensor }) => tensor.ndim > 0 && tensor.size > 0);
  if (x === undefined) return null;
  const axis = p.axisOf(x.tensor);
  const extent = x.tensor.shape[axis];
  const descending = p.r.chance(0.5);
  const name = p.r.pick(["argsort", "sort", "topk", "cummax", "cummin"] as const);
  const text = `${name}${descending ? " descending" : ""} on ${axis}`;
  const make = (tensor: T.Tensor, limit: number) => ({ tensor, certainty: "exact" as const, limit, text });
  if (name === "argsort") return make(T.argsort(x.tensor, { axis, descending }), extent);
  const both =
    name === "sort"
      ? T.sort(x.tensor, { axis, descending })
      : name === "topk"
        ? T.topk(x.tensor, p.r.between(1, extent), { axis, largest: descending })
        : T[name](x.tensor, axis);
  return p.r.chance(0.5) ? make(both.values, x.limit) : make(both.indices, extent);
};

/** What stands at a place in the order of a line, and places in such an order, of exact numbers. */
export const ranked: Step = (p) => {
  const x = p.exactNumber(({ tensor }) => tensor.ndim > 0 && tensor.size > 0);
  if (x === undefined) return null;
  const axis = p.axisOf(x.tensor);
  // Quantiles are floats, which do not hold all integers.
  const isFloat = x.tensor.dtype === "float32";
  const name = p.r.pick(["median", "nanmedian", "mode", "searchsorted", isFloat ? "quantile" : "median"] as const);
  const make = (tensor: T.Tensor, limit = x.limit) => ({ tensor, certainty: "exact" as const, limit, text: name });
  switch (name) {
    case "quantile": {
      const interpolation = p.r.pick(["lower", "higher", "nearest"] as const);
      return make(T.quantile(x.tensor, [p.r.unit(), 0.5], { axis, interpolation }));
    }
    case "searchsorted": {
      const { values } = T.sort(T.flatten(x.tensor));
      const wanted = p.exactNumber(({ tensor }) => tensor.dtype === x.tensor.dtype) ?? x;
      return make(T.searchsorted(values, wanted.tensor, { right: p.r.chance(0.5) }), x.tensor.size);
    }
    default: {
      const { values, indices } = T[name](x.tensor, { axis, keepDims: p.r.chance(0.5) });
      return p.r.chance(0.5) ? make(values) : make(indices, x.tensor.shape[axis]);
    }
  }
};

/**
 * Most factors of a product of floats near 1. Each may cost half a unit in the last place, and where the small parts of
 * factors are lost always on the same side these add up: the error of a longer product is no sign of a fault.
 */
const mostFactors = 300;

/** Sums and products that run along an axis. */
export const scanned: Step = (p) => {
  const x = p.pick(({ tensor }) => tensor.ndim > 0 && tensor.size > 0);
  if (x === undefined) return null;
  const { tensor: t, limit } = x;
  const axis = p.axisOf(t);
  const n = t.shape[axis];
  const certainty = t.dtype === "float32" ? "rough" : "exact";
  const choice = p.r.below(4);
  switch (choice === 1 && t.dtype === "float32" && n > mostFactors ? 0 : choice) {
    case 0:
      return { tensor: T.cumsum(t, axis), certainty, limit: limit * n, text: `cumsum on ${axis}` };
    case 1: {
      const factors = t.dtype === "float32" ? T.add(T.mul(t, 1 / (n * limit || 1)), 1) : t;
      return { tensor: T.cumprod(factors, axis), certainty, limit: 3, text: `cumprod on ${axis}` };
    }
    case 2: {
      const tensor = T.logcumsumexp(t, axis);
      return { tensor, certainty: "rough", limit: limit + Math.log(n), text: `logcumsumexp on ${axis}` };
    }
    default:
      return { tensor: T.diff(t, { axis }), certainty, limit: 2 * limit, text: `diff on ${axis}` };
  }
};
