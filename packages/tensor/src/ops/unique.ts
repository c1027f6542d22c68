import { hostArray } from "../dtype.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { moveaxis } from "./axes.ts";
import { type Operand, asTensor } from "./build.ts";
import { tensor } from "./create.ts";
import { argsort } from "./sort.ts";
import { deviceOf, refuseValueDependent } from "./value-dependent.ts";
import { detach, reshape } from "./views.ts";

export interface UniqueOptions {
  /** The axis whose slices are compared; default: single elements of the whole tensor. */
  readonly axis?: number | null | undefined;
  /** The result is always in order; the option is there for PyTorch's sake. */
  readonly sorted?: boolean | undefined;
}

export interface UniqueValues {
  /** The different elements, rising; with an axis the different slices, in lexicographic order along that axis. No gradient. */
  readonly values: Tensor;
  /** int32: which of them each element, or slice, is. */
  readonly inverse: Tensor;
  /** int32: how often each of them occurs. */
  readonly counts: Tensor;
}

/**
 * What is left of the elements, or of the slices along an axis, when each stands once. NaN equals nothing, and comes last. x is
 * read for it; not within `compile`.
 */
export function unique(x: Operand, options: UniqueOptions = {}): Promise<UniqueValues> {
  refuseValueDependent("unique");
  const t = detach(asTensor(x));
  if (options.axis === undefined || options.axis === null) return uniqueRows(reshape(t, [t.size, 1]), [], t.shape);
  const axis = normalizeAxis("unique", options.axis, t.ndim);
  const [extent, ...others] = moveaxis(t, axis, 0).shape;
  const width = others.reduce((product, n) => product * n, 1);
  return uniqueRows(reshape(moveaxis(t, axis, 0), [extent, width]), others, [extent]).then((found) => ({
    ...found,
    values: moveaxis(found.values, 0, axis),
  }));
}

/** @param rowShape - What a row of `t` is reshaped to. */
async function uniqueRows(
  t: Tensor,
  rowShape: readonly number[],
  inverseShape: readonly number[],
): Promise<UniqueValues> {
  const [rows, width] = t.shape;
  const sorted = width === 1 ? argsort(t, { axis: 0 }) : null;
  const [data, order] = await Promise.all([t.data(), sorted === null ? null : sorted.data()]);
  const inOrder =
    order ?? Int32Array.from({ length: rows }, (_, i) => i).sort((a, b) => compareRows(data, width, a, b));
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Int32Array(rows);
  inOrder.forEach((row, i) => {
    if (i > 0 && equalRows(data, width, row, inOrder[i - 1])) counts[counts.length - 1]++;
    else {
      firsts.push(row);
      counts.push(1);
    }
    inverse[row] = counts.length - 1;
  });
  const values = hostArray(t.dtype, firsts.length * width);
  firsts.forEach((row, i) => values.set(data.subarray(row * width, (row + 1) * width), i * width));
  const backend = deviceOf(t);
  return {
    values: tensor(values, { shape: [firsts.length, ...rowShape], dtype: t.dtype, backend }),
    inverse: tensor(inverse, { shape: inverseShape, backend }),
    counts: tensor(Int32Array.from(counts), { backend }),
  };
}

function equalRows(data: ArrayLike<number>, width: number, a: number, b: number): boolean {
  for (let i = 0; i < width; i++) if (data[a * width + i] !== data[b * width + i]) return false;
  return true;
}

/** Lexicographic order, NaN last; equal rows stay in theirs. */
function compareRows(data: ArrayLike<number>, width: number, a: number, b: number): number {
  for (let i = 0; i < width; i++) {
    const [x, y] = [data[a * width + i], data[b * width + i]];
    if (x < y || (y !== y && x === x)) return -1;
    if (x > y || (x !== x && y === y)) return 1;
  }
  return a - b;
}
