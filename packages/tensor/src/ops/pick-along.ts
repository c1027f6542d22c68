import { ValueError } from "../errors.ts";
import { formatShape, normalizeAxis, reducedShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Operand, asTensor } from "./build.ts";
import { gather } from "./indexing.ts";
import type { AxisOptions, ValuesAndIndices } from "./reduce.ts";
import { reshape } from "./views.ts";

/**
 * One element of each line along an axis, and its index. A scalar is a line of one.
 *
 * @param pick - The int32 indices, with extent 1 along the axis, which has elements.
 */
export function pickAlong(
  operation: string,
  x: Operand,
  options: AxisOptions & { axis: number },
  pick: (t: Tensor, axis: number) => Tensor,
): ValuesAndIndices {
  const t = asTensor(x);
  const source = t.ndim === 0 ? reshape(t, [1]) : t;
  const axis = normalizeAxis(operation, options.axis, source.ndim);
  if (source.shape[axis] === 0) {
    throw new ValueError(`${operation}: an axis of extent 0 has none (shape ${formatShape(t.shape)})`);
  }
  const index = pick(source, axis);
  const shape = t.ndim === 0 ? [] : reducedShape(t.shape, [axis], options.keepDims === true);
  return { values: reshape(gather(source, axis, index), shape), indices: reshape(index, shape) };
}
