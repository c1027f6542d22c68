import { ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Operand, asTensor } from "./build.ts";
import { broadcastTo } from "./create.ts";
import { gather } from "./indexing.ts";
import { integerIndex } from "./integer-index.ts";
import { named } from "./named.ts";
import { reshape } from "./views.ts";

/**
 * Elements picked along an axis, with an index that broadcasts against x on the other axes: what `argsort` and `argmax` (with
 * `keepDims`) give picks what they found. Without an axis both are flattened. For indices outside of the axis holds what
 * `gather` says.
 *
 * @param index - Integers, of the rank of x.
 */
export function takeAlongDim(x: Operand, index: Tensor, axis?: number): Tensor {
  return named("takeAlongDim", () => take(asTensor(x), integerIndex("takeAlongDim", index), axis));
}

function take(t: Tensor, i: Tensor, axis: number | undefined): Tensor {
  if (axis === undefined) return gather(reshape(t, [t.size]), 0, reshape(i, [i.size]));
  const a = normalizeAxis("takeAlongDim", axis, t.ndim);
  if (i.ndim !== t.ndim) {
    throw new ShapeError(
      `takeAlongDim: index ${formatShape(i.shape)} must have as many axes as ${formatShape(t.shape)}; add some with unsqueeze`,
    );
  }
  const but = (shape: readonly number[], extent: number): number[] => shape.map((n, k) => (k === a ? extent : n));
  const others = broadcastShapes("takeAlongDim", but(t.shape, 1), but(i.shape, 1));
  return gather(broadcastTo(t, but(others, t.shape[a])), a, broadcastTo(i, but(others, i.shape[a])));
}
