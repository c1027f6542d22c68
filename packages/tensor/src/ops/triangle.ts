import { ShapeError, ValueError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { less } from "./compare.ts";
import { arange, zerosLike } from "./create.ts";
import { where } from "./select.ts";
import { reshape } from "./views.ts";

/**
 * The lower triangle of the last two axes, zeros above it: element (i, j) stays where j - i ≤ diagonal. Diagonal 0 is the
 * main one, positive ones lie above it.
 */
export function tril(x: Operand, diagonal = 0): Tensor {
  const t = asTensor(x);
  return where(columnBefore("tril", t, diagonal + 1), t, zerosLike(t));
}

/** The upper triangle of the last two axes, zeros below it: element (i, j) stays where j - i ≥ diagonal. */
export function triu(x: Operand, diagonal = 0): Tensor {
  const t = asTensor(x);
  return where(columnBefore("triu", t, diagonal), zerosLike(t), t);
}

/** Whether j - i < diagonal, as a matrix over the last two axes. */
function columnBefore(operation: string, t: Tensor, diagonal: number): Tensor {
  if (t.ndim < 2) throw new ShapeError(`${operation}: ${formatShape(t.shape)} must have at least two axes`);
  if (!Number.isInteger(diagonal)) throw new ValueError(`${operation}: the diagonal must be an integer`);
  const [rows, columns] = t.shape.slice(-2);
  return less(arange(columns), add(reshape(arange(rows), [rows, 1]), diagonal));
}
