import { ShapeError, ValueError } from "../errors.ts";
import { broadcastShapes, formatShape, sameShape, sizeOf, stridesOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { checkIndices } from "./check-indices.ts";
import { greaterEqual, less, logicalAnd } from "./compare.ts";
import { broadcastTo } from "./create.ts";
import { scatter, scatterAdd } from "./indexing.ts";
import { integerIndex } from "./integer-index.ts";
import { where } from "./select.ts";
import { reshape, unsqueeze } from "./views.ts";

export interface IndexPutOptions {
  /** Add the values to what is there, also where places stand several times; by default they replace it. */
  readonly accumulate?: boolean | undefined;
}

/**
 * x with values at places of its leading axes: out[i[n], j[n], …] = values[n], where each element of values is a slice of x over
 * the axes that have no index. A place outside of x that a device computed is passed over (see `gather`). Without `accumulate` each place should stand once: where
 * one stands several times, its values are added up, as in `scatter`.
 *
 * @param indices - Integers, one tensor an axis; they broadcast together.
 * @param values - Broadcast to the indices' shape followed by the axes without index.
 */
export function indexPut(
  x: Operand,
  indices: readonly Tensor[],
  values: Operand,
  options: IndexPutOptions = {},
): Tensor {
  const t = asTensor(x);
  if (indices.length === 0 || indices.length > t.ndim) {
    throw new ValueError(`indexPut: ${indices.length} indices for ${formatShape(t.shape)}; give 1 to ${t.ndim}`);
  }
  const list = indices.map((index, k) => {
    const places = integerIndex("indexPut", index);
    checkIndices("indexPut", places, t.shape[k]);
    return places;
  });
  const places = list.map(({ shape }) => shape).reduce((a, b) => broadcastShapes("indexPut", a, b));
  const [indexed, others] = [t.shape.slice(0, list.length), t.shape.slice(list.length)];
  const shape = [...places, ...others];
  const source = values instanceof Tensor ? values : null;
  if (
    source !== null &&
    (source.ndim > shape.length || !sameShape(broadcastShapes("indexPut", source.shape, shape), shape))
  ) {
    throw new ShapeError(
      `indexPut: values ${formatShape(source.shape)} do not broadcast to ${formatShape(shape)}: the indices' shape ` +
        `${formatShape(places)}, then the axes ${formatShape(others)} that have none`,
    );
  }
  const [size, width] = [sizeOf(places), sizeOf(others)];
  const rows = reshape(broadcastTo(rowsOf(list, indexed), places), [size]);
  const write = options.accumulate === true ? scatterAdd : scatter;
  const result = write(
    reshape(t, [sizeOf(indexed), width]),
    0,
    broadcastTo(unsqueeze(rows, 1), [size, width]),
    source === null || source.ndim === 0 ? values : reshape(broadcastTo(source, shape), [size, width]),
  );
  return reshape(result, t.shape);
}

/** Which row of the flattened leading axes indices mean; -1 if one lies outside of its axis. */
function rowsOf(indices: readonly Tensor[], extents: readonly number[]): Tensor {
  const strides = stridesOf(extents);
  const row = indices.map((index, k) => mul(index, strides[k])).reduce(add);
  const isInside = indices
    .map((index, k) => logicalAnd(greaterEqual(index, 0), less(index, extents[k])))
    .reduce(logicalAnd);
  return where(isInside, row, -1);
}
