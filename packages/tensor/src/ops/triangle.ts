import { checkInteger } from "../checks.ts";
import { ShapeError } from "../errors.ts";
import { checkShape, formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { less } from "./compare.ts";
import { arange, tensor, zerosLike } from "./create.ts";
import { where } from "./select.ts";
import { reshape } from "./views.ts";

/**
 * The lower triangle of the last two axes, zeros above it: element (i, j) stays where j - i ≤ diagonal. Diagonal 0 is the
 * main one, positive ones lie above it.
 */
export function tril(x: Operand, diagonal = 0): Tensor {
  const t = asTensor(x);
  checkInteger("tril", "diagonal", diagonal);
  return where(columnBefore("tril", t, diagonal + 1), t, zerosLike(t));
}

/** The upper triangle of the last two axes, zeros below it: element (i, j) stays where j - i ≥ diagonal. */
export function triu(x: Operand, diagonal = 0): Tensor {
  const t = asTensor(x);
  checkInteger("triu", "diagonal", diagonal);
  return where(columnBefore("triu", t, diagonal), zerosLike(t), t);
}

/** Whether j - i < diagonal, as a matrix over the last two axes. */
function columnBefore(operation: string, t: Tensor, diagonal: number): Tensor {
  if (t.ndim < 2) throw new ShapeError(`${operation}: ${formatShape(t.shape)} must have at least two axes`);
  const [rows, columns] = t.shape.slice(-2);
  return less(arange(columns), add(reshape(arange(rows), [rows, 1]), diagonal));
}

/** int32 [2, n]: the rows and the columns of the elements that `tril` keeps of a rows × columns matrix, in row-major order. */
export function trilIndices(rows: number, columns: number, diagonal = 0): Tensor {
  return indicesWhere("trilIndices", rows, columns, diagonal, (distance) => distance <= diagonal);
}

/** int32 [2, n]: the rows and the columns of the elements that `triu` keeps of a rows × columns matrix, in row-major order. */
export function triuIndices(rows: number, columns: number, diagonal = 0): Tensor {
  return indicesWhere("triuIndices", rows, columns, diagonal, (distance) => distance >= diagonal);
}

/** @param isKept - By how far the column is ahead of the row. */
function indicesWhere(
  operation: string,
  rows: number,
  columns: number,
  diagonal: number,
  isKept: (distance: number) => boolean,
): Tensor {
  checkShape(operation, [rows, columns]);
  checkInteger(operation, "diagonal", diagonal);
  const kept: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (!isKept(column - row)) continue;
      kept[0].push(row);
      kept[1].push(column);
    }
  }
  return tensor(Int32Array.from(kept.flat()), { shape: [2, kept[0].length] });
}
