import { ShapeError, ValueError } from "../errors.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { equal } from "./compare.ts";
import { arange, zerosLike } from "./create.ts";
import { pad } from "./pad.ts";
import { sum } from "./reduce.ts";
import { where } from "./select.ts";
import { type Range, permute, reshape, slice, unsqueeze } from "./views.ts";
import { named } from "./named.ts";

export interface DiagonalOptions {
  /** 0 (default) is the main diagonal, positive ones lie above it. */
  readonly offset?: number | undefined;
  /** The axis that counts rows; default 0. */
  readonly axis0?: number | undefined;
  /** The axis that counts columns; default 1. */
  readonly axis1?: number | undefined;
}

/** Elements (i, i + offset) of two axes, which make way for one new axis at the end. */
export function diagonal(x: Operand, options: DiagonalOptions = {}): Tensor {
  const t = asTensor(x);
  const { offset = 0, axis0 = 0, axis1 = 1 } = options;
  if (t.ndim < 2) throw new ShapeError(`diagonal: ${formatShape(t.shape)} must have at least two axes`);
  const row = normalizeAxis("diagonal", axis0, t.ndim);
  const column = normalizeAxis("diagonal", axis1, t.ndim);
  if (row === column) throw new ValueError(`diagonal: axis0 and axis1 are both axis ${row} of ${formatShape(t.shape)}`);
  checkOffset("diagonal", offset);
  const others = t.shape.map((_, axis) => axis).filter((axis) => axis !== row && axis !== column);
  const [rows, columns] = [t.shape[row], t.shape[column]];
  const count = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const start = offset >= 0 ? offset : -offset * columns;
  // In a flattened matrix the next element of a diagonal stands one row and one column further.
  const lead = others.map((axis) => t.shape[axis]);
  const flat = reshape(permute(t, [...others, row, column]), [...lead, rows * columns]);
  const stop = count === 0 ? start : start + (count - 1) * (columns + 1) + 1;
  return slice(flat, [...lead.map((): Range | null => null), [start, stop, columns + 1]]);
}

/** Matrices with the last axis of x on a diagonal and zeros elsewhere: [..., n] gives [..., m, m] with m = n + |offset|. */
export function diagEmbed(x: Operand, offset = 0): Tensor {
  const t = asTensor(x);
  if (t.ndim === 0) throw new ShapeError("diagEmbed: a scalar has no axis to put on a diagonal");
  checkOffset("diagEmbed", offset);
  const m = t.shape[t.ndim - 1] + Math.abs(offset);
  const [rows, columns] = [unsqueeze(arange(m), 1), arange(m)];
  // Above the main diagonal element i stands in row i, below it in column i.
  const spread = unsqueeze(pad(t, [0, Math.abs(offset)]), offset >= 0 ? -1 : -2);
  return where(equal(add(rows, offset), columns), spread, zerosLike(spread));
}

/** A vector as the diagonal of a matrix, or the diagonal of a matrix as a vector. */
export function diag(x: Operand, offset = 0): Tensor {
  const t = asTensor(x);
  if (t.ndim === 1) return diagEmbed(t, offset);
  if (t.ndim === 2) return diagonal(t, { offset });
  throw new ShapeError(`diag: ${formatShape(t.shape)} is neither a vector nor a matrix; use diagonal or diagEmbed`);
}

/** Sum of a diagonal: Σ_i x[i, i + offset]. */
export function trace(x: Operand, options: DiagonalOptions = {}): Tensor {
  return named("trace", () => sum(diagonal(x, options), { axis: -1 }));
}

function checkOffset(operation: string, offset: number): void {
  if (!Number.isInteger(offset)) throw new ValueError(`${operation}: the offset ${offset} must be an integer`);
}
