import { checkInteger } from "../checks.ts";
import { ValueError } from "../errors.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { arange } from "./create.ts";
import { indexSelect } from "./indexing.ts";
import { flip, permute, reshape, select, transpose, unsqueeze } from "./views.ts";
import { named } from "./named.ts";

/** Swaps two axes; another name of `transpose`. */
export function swapaxes(x: Operand, axis0: number, axis1: number): Tensor {
  return named("swapaxes", () => transpose(x, axis0, axis1));
}

/** Moves axes to other places; the others keep their order. */
export function moveaxis(x: Operand, from: number | readonly number[], to: number | readonly number[]): Tensor {
  const t = asTensor(x);
  const list = (axes: number | readonly number[]): number[] =>
    (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis("moveaxis", axis, t.ndim));
  const [source, target] = [list(from), list(to)];
  if (source.length !== target.length || new Set(source).size < source.length || new Set(target).size < target.length) {
    throw new ValueError(`moveaxis: [${source.join(", ")}] to [${target.join(", ")}] must be pairs, each axis once`);
  }
  const others = t.shape.map((_, axis) => axis).filter((axis) => !source.includes(axis));
  const order = t.shape.map((_, axis) => {
    const moved = target.indexOf(axis);
    return moved >= 0 ? source[moved] : (others.shift() ?? axis);
  });
  return permute(t, order);
}

/**
 * Turns the plane of two axes by k quarters of a turn, from the first axis towards the second; by a negative k the other way.
 *
 * @param axes - Default the first two.
 */
export function rot90(x: Operand, k = 1, axes: readonly [number, number] = [0, 1]): Tensor {
  const t = asTensor(x);
  checkInteger("rot90", "k", k);
  const [from, to] = axes.map((axis) => normalizeAxis("rot90", axis, t.ndim));
  if (axes.length !== 2 || from === to) {
    throw new ValueError(`rot90: axes [${axes.join(", ")}] must be two different axes of ${formatShape(t.shape)}`);
  }
  switch (k & 3) {
    case 1:
      return transpose(flip(t, to), from, to);
    case 2:
      return flip(t, [from, to]);
    case 3:
      return flip(transpose(t, from, to), to);
    default:
      return t;
  }
}

/** The slices along an axis, without that axis. */
export function unbind(x: Operand, axis = 0): Tensor[] {
  const t = asTensor(x);
  const a = normalizeAxis("unbind", axis, t.ndim);
  return Array.from({ length: t.shape[a] }, (_, i) => select(t, a, i));
}

/**
 * Windows of `size` elements along an axis, one every `step` elements: the axis then counts windows, and a new last axis
 * the elements within one.
 *
 * @returns For an axis of extent n: [..., ⌊(n - size) / step⌋ + 1, ..., size].
 */
export function unfold(x: Operand, axis: number, size: number, step: number): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("unfold", axis, t.ndim);
  const extent = t.shape[a];
  if (!Number.isInteger(size) || size < 1 || size > extent || !Number.isInteger(step) || step < 1) {
    throw new ValueError(
      `unfold: size ${size} must be an integer from 1 to ${extent}, the extent of axis ${a} of ${formatShape(t.shape)}, ` +
        `and step ${step} a positive integer`,
    );
  }
  const count = Math.floor((extent - size) / step) + 1;
  const index = add(unsqueeze(mul(arange(count), step), 1), arange(size));
  const picked = indexSelect(t, a, reshape(index, [count * size]));
  const windows = reshape(picked, [...t.shape.slice(0, a), count, size, ...t.shape.slice(a + 1)]);
  return moveaxis(windows, a + 1, -1);
}
