import { holds, isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, sameShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { type Operand, asTensor, fillNode } from "./build.ts";
import { equal, isNaN, less, lessEqual, logicalAnd, logicalOr } from "./compare.ts";
import { zeros } from "./create.ts";
import { gather } from "./indexing.ts";
import { reshape } from "./views.ts";
import { named } from "./named.ts";

export interface SearchOptions {
  /** Among equal elements the place behind the last one; default before the first. */
  readonly right?: boolean | undefined;
}

/**
 * Where values would be inserted into rising sequences to keep them in order: the int32 number of elements below each value, or
 * with `right` of those that are not above it. NaN counts as the largest number, as in `sort`. Binary search: about log₂ n
 * gathers.
 *
 * @param sequence - [n], or one for each row of values: [..., n].
 * @param values - Of any shape, or [..., m] with the leading extents of the sequence.
 */
export function searchsorted(sequence: Operand, values: Operand, options: SearchOptions = {}): Tensor {
  return named("searchsorted", () => search("searchsorted", asTensor(sequence), values, options));
}

/**
 * The int32 number of the interval between boundaries that each value lies in: 0 up to the first boundary, which belongs to
 * it, or with `right` to the next. See `searchsorted`.
 *
 * @param boundaries - [n], rising.
 */
export function bucketize(values: Operand, boundaries: Operand, options: SearchOptions = {}): Tensor {
  return named("bucketize", () => {
    const sequence = asTensor(boundaries);
    if (sequence.ndim !== 1) {
      throw new ShapeError(`bucketize: the boundaries must be a vector, not ${formatShape(sequence.shape)}`);
    }
    return search("bucketize", sequence, values, options);
  });
}

function search(operation: string, sequence: Tensor, wanted: Operand, { right = false }: SearchOptions): Tensor {
  const values = valuesFor(sequence, wanted, right);
  const lead = sequence.shape.slice(0, -1);
  const isOne = sequence.ndim === 1;
  if (sequence.ndim === 0 || !(isOne || (values.ndim > 0 && sameShape(lead, values.shape.slice(0, -1))))) {
    throw new ShapeError(
      `${operation}: ${formatShape(sequence.shape)} must be one sequence, or one for each row of ${formatShape(values.shape)}`,
    );
  }
  const length = sequence.shape[sequence.ndim - 1];
  const rows = sizeOf(lead);
  const sorted = reshape(sequence, [rows, length]);
  const sought = reshape(values, isOne ? [1, values.size] : [rows, values.shape[values.ndim - 1]]);
  const isNone = isNaN(sought);
  /** Whether the wanted values belong behind the elements at an index. */
  const isBehind = (index: Tensor): Tensor => {
    const element = gather(sorted, 1, index);
    if (right) return logicalOr(lessEqual(element, sought), isNone);
    return logicalOr(less(element, sought), logicalAnd(isNone, equal(element, element)));
  };
  // The place lies in [found, found + rest]: no branch, and no index outside of the sequence.
  let found = zeros(sought.shape, { dtype: "int32" });
  for (let rest = length; rest > 0;) {
    const half = Math.max(1, rest >> 1);
    found = add(found, mul(isBehind(add(found, half - 1)), half));
    rest -= half;
  }
  return reshape(found, values.shape);
}

/** Numbers beside integers as the nearest one that has the same place among them, which int32 holds exactly. */
function valuesFor({ dtype }: Tensor, values: Operand, right: boolean): Tensor {
  if (typeof values !== "number" || isFloat(dtype) || dtype === "bool") return asTensor(values);
  const integer = right ? Math.floor(values) : Math.ceil(values);
  return holds(dtype, integer) ? new Tensor(fillNode(integer, [], dtype)) : asTensor(values);
}
