import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { sliceAlong } from "./along.ts";
import { maximumWithTiesToSecond, sub } from "./arithmetic.ts";
import { floorDivide } from "./floor-divide.ts";
import { type Operand, asTensor } from "./build.ts";
import { equal, isNaN } from "./compare.ts";
import { gather } from "./indexing.ts";
import { pickAlong } from "./pick-along.ts";
import { type AxisOptions, type ValuesAndIndices, mean, sum } from "./reduce.ts";
import { where } from "./select.ts";
import { argsort } from "./sort.ts";
import { reshape } from "./views.ts";

/**
 * The middle of the sorted elements: of the whole tensor, or with an axis values and their int32 indices. Of an even number it
 * is the lower of the two in the middle, as in PyTorch (`quantile` with 0.5 is their mean). NaN if there is one, with an index
 * at which there is one, and of no elements. The gradient goes to the element at the index.
 */
export function median(x: Operand): Tensor;
export function median(x: Operand, options: AxisOptions & { axis: number }): ValuesAndIndices;
export function median(x: Operand, options: AxisOptions = {}): Tensor | ValuesAndIndices {
  return overAxis("median", x, options, (t, axis, order) => {
    const at = (i: number): Tensor => sliceAlong(order, axis, [i, i + 1]);
    const count = t.shape[axis];
    // NaN is sorted to the end.
    const last = at(count - 1);
    return where(isNaN(gather(t, axis, last)), last, at(Math.floor((count - 1) / 2)));
  });
}

/** As `median`, of the elements that are numbers; NaN where there is none. */
export function nanmedian(x: Operand): Tensor;
export function nanmedian(x: Operand, options: AxisOptions & { axis: number }): ValuesAndIndices;
export function nanmedian(x: Operand, options: AxisOptions = {}): Tensor | ValuesAndIndices {
  return overAxis("nanmedian", x, options, (t, axis, order) => {
    const count = sum(equal(t, t), { axis, keepDims: true });
    return gather(order, axis, maximumWithTiesToSecond(floorDivide(sub(count, 1), 2), 0));
  });
}

/** @param pick - The index of the median of each line, from the indices that sort it. */
function overAxis(
  operation: string,
  x: Operand,
  options: AxisOptions,
  pick: (t: Tensor, axis: number, order: Tensor) => Tensor,
): Tensor | ValuesAndIndices {
  const along = (t: Operand, axis: number): ValuesAndIndices =>
    pickAlong(operation, t, { ...options, axis }, (source, a) => pick(source, a, argsort(source, { axis: a })));
  if (options.axis !== undefined && options.axis !== null) return along(x, options.axis);
  const t = asTensor(x);
  if (t.size === 0 && isFloat(t.dtype)) return mean(t); // NaN
  return reshape(along(reshape(t, [t.size]), 0).values, []);
}
