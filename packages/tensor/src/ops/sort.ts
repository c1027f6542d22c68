import { ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor } from "./build.ts";
import { gather } from "./indexing.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { type Range, alongAxis, reshape, slice } from "./views.ts";

export interface SortOptions {
  /** The axis that is sorted; default the last. */
  readonly axis?: number | undefined;
  /** Largest first. */
  readonly descending?: boolean | undefined;
  /** Sorting always keeps the order of equal elements; the option is there for PyTorch's sake. */
  readonly stable?: boolean | undefined;
}

/** int32 indices that sort an axis: stable; NaN counts as larger than all numbers, as in `max`. */
export function argsort(x: Operand, options: SortOptions = {}): Tensor {
  return orderAlong("argsort", x, options);
}

function orderAlong(operation: string, x: Operand, options: SortOptions): Tensor {
  const descending = options.descending === true;
  return alongAxis(
    operation,
    x,
    options.axis ?? -1,
    (t, axis) => new Tensor(createNode("argsort", [t.node], t.shape, "int32", { axis, descending })),
  );
}

/** Elements in order along an axis, and the int32 index each had. Stable; NaN counts as larger than all numbers, as in `max`. */
export function sort(x: Operand, options: SortOptions = {}): ValuesAndIndices {
  const t = asTensor(x);
  const indices = orderAlong("sort", t, options);
  return { values: t.ndim === 0 ? t : gather(t, options.axis ?? -1, indices), indices };
}

export interface TopkOptions {
  /** The axis that is searched; default the last. */
  readonly axis?: number | undefined;
  /** The k largest (default) or the k smallest elements. */
  readonly largest?: boolean | undefined;
  /** The result is always in order; the option is there for PyTorch's sake. */
  readonly sorted?: boolean | undefined;
}

/**
 * The k largest (or smallest) elements along an axis, best first, and their int32 indices; of equals the first ones. The order is
 * that of `sort`: NaN counts as larger than all numbers.
 */
export function topk(x: Operand, k: number, options: TopkOptions = {}): ValuesAndIndices {
  const given = asTensor(x);
  const t = given.ndim === 0 ? reshape(given, [1]) : given;
  const axis = normalizeAxis("topk", options.axis ?? -1, t.ndim);
  if (!Number.isInteger(k) || k < 0 || k > t.shape[axis]) {
    throw new ValueError(
      `topk: k = ${k} must be an integer from 0 to ${t.shape[axis]}, the extent of axis ${axis} of ${formatShape(t.shape)}`,
    );
  }
  const order = orderAlong("topk", t, { axis, descending: options.largest !== false });
  const indices = slice(
    order,
    t.shape.map((_, i): Range | null => (i === axis ? [0, k] : null)),
  );
  const values = gather(t, axis, indices);
  if (given.ndim > 0 || k !== 1) return { values, indices };
  return { values: reshape(values, []), indices: reshape(indices, []) };
}
