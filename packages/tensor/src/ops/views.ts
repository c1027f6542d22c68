import { checkInteger, checkList } from "../checks.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { createDetached, createNode } from "../graph/create.ts";
import {
  type Shape, broadcastShapes, formatShape, normalizeAxes, normalizeAxis, normalizeIndex, sameShape, sizeOf,
} from "../shape.ts"; // prettier-ignore
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, broadcastNode, castNode, reshapeNode } from "./build.ts";
import { named } from "./named.ts";
import { promote } from "../dtype.ts";

/** The same elements in row-major order under another shape; one extent may be -1 and is inferred. */
export function reshape(x: Operand, shape: Shape): Tensor {
  const t = asTensor(x);
  checkExtents("reshape", shape);
  const unknown = shape.indexOf(-1);
  let target = shape;
  if (unknown >= 0) {
    const known = shape.reduce((size, extent, axis) => (axis === unknown ? size : size * extent), 1);
    const inferred = known === 0 ? NaN : t.size / known;
    if (shape.indexOf(-1, unknown + 1) >= 0) throw new ShapeError(`reshape: ${formatShape(shape)} has -1 twice`);
    if (!Number.isInteger(inferred)) throw cannotReshape(t.shape, shape);
    target = shape.map((extent, axis) => (axis === unknown ? inferred : extent));
  }
  if (sizeOf(target) !== t.size) throw cannotReshape(t.shape, shape);
  return new Tensor(reshapeNode(t.node, [...target]));
}

/** Throws unless a shape holds extents, and -1 where one is to be found. */
function checkExtents(operation: string, shape: Shape): void {
  checkList(operation, "the shape", shape);
  if (shape.every((extent) => Number.isSafeInteger(extent) && extent >= -1)) return;
  throw new ShapeError(`${operation}: shape ${formatShape(shape)} must hold integers of at least 0, or -1`);
}

function cannotReshape(from: Shape, to: Shape): ShapeError {
  return new ShapeError(`reshape: ${formatShape(from)} with ${sizeOf(from)} elements does not fit ${formatShape(to)}`);
}

/** Works along an axis of x; a scalar counts as a vector of one element, as in PyTorch. */
export function alongAxis(
  operation: string,
  x: Operand,
  axis: number,
  work: (t: Tensor, axis: number) => Tensor,
): Tensor {
  const t = asTensor(x);
  if (t.ndim > 0) return work(t, normalizeAxis(operation, axis, t.ndim));
  return reshape(work(reshape(t, [1]), normalizeAxis(operation, axis, 1)), []);
}

/** Axes in another order: axis i of the result is axis `axes[i]` of x. */
export function permute(x: Operand, axes: readonly number[]): Tensor {
  const t = asTensor(x);
  checkList("permute", "the axes", axes);
  const order = axes.map((axis) => normalizeAxis("permute", axis, t.ndim));
  if (order.length !== t.ndim || new Set(order).size !== t.ndim) {
    throw new ValueError(
      `permute: [${axes.join(", ")}] is not an order of the ${t.ndim} axes of ${formatShape(t.shape)}`,
    );
  }
  if (order.every((axis, i) => axis === i)) return t;
  const shape = order.map((axis) => t.shape[axis]);
  return new Tensor(createNode("permute", [t.node], shape, t.dtype, { axes: order }));
}

/** Swaps two axes; without arguments the last two. */
export function transpose(x: Operand, axis0 = -2, axis1 = -1): Tensor {
  const t = asTensor(x);
  const order = t.shape.map((_, axis) => axis);
  const a = normalizeAxis("transpose", axis0, t.ndim);
  const b = normalizeAxis("transpose", axis1, t.ndim);
  order[a] = b;
  order[b] = a;
  return permute(t, order);
}

/** Adds an axis of extent 1 before position `axis` of the result. */
export function unsqueeze(x: Operand, axis: number): Tensor {
  const t = asTensor(x);
  const at = normalizeAxis("unsqueeze", axis, t.ndim + 1);
  return reshape(t, [...t.shape.slice(0, at), 1, ...t.shape.slice(at)]);
}

/** Drops the axes given, which must have extent 1; without axes all of extent 1. */
export function squeeze(x: Operand, axes?: number | readonly number[]): Tensor {
  const t = asTensor(x);
  const drop = axes === undefined ? null : normalizeAxes("squeeze", axes, t.ndim);
  for (const axis of drop ?? []) {
    if (t.shape[axis] !== 1) throw new ShapeError(`squeeze: axis ${axis} of ${formatShape(t.shape)} is not 1`);
  }
  const keep = (axis: number): boolean => (drop === null ? t.shape[axis] !== 1 : !drop.includes(axis));
  return reshape(
    t,
    t.shape.filter((_, axis) => keep(axis)),
  );
}

/** Merges the axes from `startAxis` to `endAxis` into one. */
export function flatten(x: Operand, options: { startAxis?: number; endAxis?: number } = {}): Tensor {
  const t = asTensor(x);
  if (t.ndim === 0) return reshape(t, [1]);
  const start = normalizeAxis("flatten", options.startAxis ?? 0, t.ndim);
  const end = normalizeAxis("flatten", options.endAxis ?? -1, t.ndim);
  if (start > end) throw new ValueError(`flatten: startAxis ${start} lies after endAxis ${end}`);
  return reshape(t, [...t.shape.slice(0, start), sizeOf(t.shape.slice(start, end + 1)), ...t.shape.slice(end + 1)]);
}

/** Repeats axes of extent 1 to `shape` without copying; -1 keeps an extent. */
export function expand(x: Operand, shape: Shape): Tensor {
  const t = asTensor(x);
  checkExtents("expand", shape);
  const offset = shape.length - t.ndim;
  const target = shape.map((extent, axis) => (extent === -1 ? (t.shape[axis - offset] ?? -1) : extent));
  if (offset < 0 || target.includes(-1) || !sameShape(broadcastShapes("expand", t.shape, target), target)) {
    throw new ShapeError(`expand: ${formatShape(t.shape)} cannot be repeated to ${formatShape(shape)}`);
  }
  return new Tensor(broadcastNode(t.node, target));
}

/** A range of an axis: [start], [start, stop] or [start, stop, step], as in Python; null leaves an end open. */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number];

/**
 * Part of a tensor: one range an axis (missing or null ranges take the whole axis). Negative ends count from the back,
 * a negative step walks backwards, ends outside of the axis are moved to it.
 */
export function slice(x: Operand, ranges: readonly (Range | null)[]): Tensor {
  const t = asTensor(x);
  checkList("slice", "the ranges", ranges);
  if (ranges.length > t.ndim) {
    throw new ShapeError(`slice: ${ranges.length} ranges for the ${t.ndim} axes of ${formatShape(t.shape)}`);
  }
  const starts: number[] = [];
  const steps: number[] = [];
  const shape = t.shape.map((extent, axis) => {
    const range: Range = ranges[axis] ?? [];
    if (!Array.isArray(range) || range.length > 3) {
      throw new ValueError(`slice: range ${String(range)} of axis ${axis} must be [start, stop, step] or null`);
    }
    const [from, to, step = 1] = range as Range;
    if (!Number.isInteger(step) || step === 0) throw new ValueError(`slice: step ${step} must be an integer but not 0`);
    const limit = (value: number | null | undefined, open: number): number => {
      if (value === null || value === undefined) return open;
      if (!Number.isInteger(value)) throw new ValueError(`slice: ${value} is not an integer`);
      const at = value < 0 ? value + extent : value;
      return step > 0 ? Math.min(Math.max(at, 0), extent) : Math.min(Math.max(at, -1), extent - 1);
    };
    const start = limit(from, step > 0 ? 0 : extent - 1);
    const stop = limit(to, step > 0 ? extent : -1);
    starts.push(start);
    steps.push(step);
    return Math.max(0, Math.ceil((stop - start) / step));
  });
  if (sameShape(shape, t.shape) && steps.every((step) => step === 1)) return t;
  return new Tensor(createNode("slice", [t.node], shape, t.dtype, { starts, steps }));
}

/** One index of an axis, which is dropped. */
export function select(x: Operand, axis: number, index: number): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("select", axis, t.ndim);
  const i = normalizeIndex(`select: axis ${a}`, index, t.shape[a]);
  const ranges = t.shape.map((_, k): Range | null => (k === a ? [i, i + 1] : null));
  return reshape(
    slice(t, ranges),
    t.shape.filter((_, k) => k !== a),
  );
}

/** Reverses the order along the axes given. */
export function flip(x: Operand, axes: number | readonly number[]): Tensor {
  const t = asTensor(x);
  const flipped = normalizeAxes("flip", axes, t.ndim);
  return slice(
    t,
    t.shape.map((_, axis): Range | null => (flipped.includes(axis) ? [null, null, -1] : null)),
  );
}

/** Joins tensors along an axis; the other extents must agree. */
export function concat(tensors: readonly Operand[], axis = 0): Tensor {
  checkList("concat", "the tensors", tensors);
  const list = tensors.map(asTensor);
  if (list.length === 0) throw new ValueError("concat: give at least one tensor");
  const a = normalizeAxis("concat", axis, list[0].ndim);
  let dtype = list[0].dtype;
  for (const t of list) {
    dtype = promote("concat", dtype, t.dtype);
    if (t.ndim !== list[0].ndim || t.shape.some((extent, k) => k !== a && extent !== list[0].shape[k])) {
      throw new ShapeError(
        `concat: ${formatShape(t.shape)} does not join ${formatShape(list[0].shape)} along axis ${a}; the other extents differ`,
      );
    }
  }
  if (list.length === 1) return list[0];
  const shape = list[0].shape.map((extent, k) => (k === a ? list.reduce((sum, t) => sum + t.shape[a], 0) : extent));
  const inputs = list.map((t) => castNode(t.node, dtype));
  return new Tensor(createNode("concat", inputs, shape, dtype, { axis: a }));
}

/** Joins tensors of one shape along a new axis. */
export function stack(tensors: readonly Operand[], axis = 0): Tensor {
  checkList("stack", "the tensors", tensors);
  const list = tensors.map(asTensor);
  if (list.length === 0) throw new ValueError("stack: give at least one tensor");
  const a = normalizeAxis("stack", axis, list[0].ndim + 1);
  for (const { shape } of list) {
    if (!sameShape(shape, list[0].shape)) {
      throw new ShapeError(`stack: shapes ${formatShape(list[0].shape)} and ${formatShape(shape)} differ`);
    }
  }
  return named("stack", () => {
    return concat(
      list.map((t) => unsqueeze(t, a)),
      a,
    );
  });
}

/** Cuts an axis into parts of `sizes` (one number: equal parts, the last may be shorter). */
export function split(x: Operand, sizes: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor(x);
  const a = normalizeAxis("split", axis, t.ndim);
  const extent = t.shape[a];
  if (typeof sizes === "number") checkInteger("split", "the part size", sizes, 1);
  else checkList("split", "the part sizes", sizes);
  const parts =
    typeof sizes === "number"
      ? Array.from({ length: Math.max(1, Math.ceil(extent / sizes)) }, (_, i) => Math.min(sizes, extent - i * sizes))
      : sizes;
  for (const size of parts) checkInteger("split", "the part size", size, 0);
  const total = parts.reduce((sum, size) => sum + size, 0);
  if (total !== extent) {
    throw new ShapeError(`split: sizes [${parts.join(", ")}] add up to ${total}, axis ${a} has ${extent}`);
  }
  let start = 0;
  return parts.map((size) => {
    const from = start;
    start += size;
    return slice(
      t,
      t.shape.map((_, k): Range | null => (k === a ? [from, from + size] : null)),
    );
  });
}

/** Cuts an axis into at most n parts of equal size but for the last. */
export function chunk(x: Operand, n: number, axis = 0): Tensor[] {
  const t = asTensor(x);
  const a = normalizeAxis("chunk", axis, t.ndim);
  checkInteger("chunk", "n", n, 1);
  return split(t, Math.max(1, Math.ceil(t.shape[a] / n)), a);
}

/** Rotates elements along axes: what leaves at the end comes in at the front. Without axes the flattened tensor. */
export function roll(x: Operand, shifts: number | readonly number[], axes?: number | readonly number[]): Tensor {
  const t = asTensor(x);
  if (axes === undefined) return reshape(roll(reshape(t, [t.size]), shifts, 0), t.shape);
  const by = typeof shifts === "number" ? [shifts] : shifts;
  const along = typeof axes === "number" ? [axes] : axes;
  checkList("roll", "the shifts", by);
  checkList("roll", "the axes", along);
  if (by.length !== along.length) throw new ValueError(`roll: ${by.length} shifts for ${along.length} axes`);
  for (const shift of by) checkInteger("roll", "the shift", shift);
  return along.reduce((result, axis, i) => {
    const a = normalizeAxis("roll", axis, t.ndim);
    const extent = t.shape[a];
    const shift = extent === 0 ? 0 : ((by[i] % extent) + extent) % extent;
    if (shift === 0) return result;
    const [front, back] = split(result, [extent - shift, shift], a);
    return concat([back, front], a);
  }, t);
}

/** Repeats the whole tensor along each axis. */
export function tile(x: Operand, repeats: readonly number[]): Tensor {
  const t = asTensor(x);
  checkList("tile", "the repeats", repeats);
  for (const times of repeats) checkInteger("tile", "a repeat", times, 0);
  const rank = Math.max(t.ndim, repeats.length);
  const shape = [...new Array<number>(rank - t.ndim).fill(1), ...t.shape];
  const times = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const spread = shape.flatMap((extent) => [1, extent]);
  const repeated = shape.flatMap((extent, axis) => [times[axis], extent]);
  return reshape(
    expand(reshape(t, spread), repeated),
    shape.map((extent, axis) => extent * times[axis]),
  );
}

/** Repeats each element along an axis. */
export function repeatInterleave(x: Operand, repeats: number, axis: number): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("repeatInterleave", axis, t.ndim);
  checkInteger("repeatInterleave", "repeats", repeats, 0);
  const spread = [...t.shape.slice(0, a + 1), 1, ...t.shape.slice(a + 1)];
  const repeated = [...t.shape.slice(0, a + 1), repeats, ...t.shape.slice(a + 1)];
  const shape = t.shape.map((extent, k) => (k === a ? extent * repeats : extent));
  return reshape(expand(reshape(t, spread), repeated), shape);
}

/** The same values, through which no gradient flows. */
export function detach(x: Operand): Tensor {
  const t = asTensor(x);
  return t.requiresGrad ? new Tensor(createDetached(t.node, { gradientSlot: null })) : t;
}
