import type { DType, TypedArray } from "../../dtype.ts";
import { createLeaf } from "../../graph/create.ts";
import { Storage } from "../../graph/storage.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { mul } from "../arithmetic.ts";
import { equal } from "../compare.ts";
import { withGradient } from "../custom.ts";
import { indexSelect } from "../indexing.ts";
import { sum } from "../reduce.ts";
import { where } from "../select.ts";
import { reshape } from "../views.ts";

/** What an element of a result is made of: the weight of each element of the input that takes part, by its place. */
export type Taps = ReadonlyMap<number, number>;

/**
 * Weighted sums of elements along an axis: element i of the result is the sum over the taps [place, weight] of `rows[i]` of
 * weight · element `place`. Elements that are no taps, or have the weight 0, are not looked at. The gradient is a sum of the same
 * kind, with the taps the other way round.
 *
 * @param t - float32.
 */
export function resampleAlong(t: Tensor, axis: number, rows: readonly Taps[]): Tensor {
  if (rows.length === t.shape[axis] && rows.every((taps, i) => taps.size === 1 && taps.get(i) === 1)) return t;
  return withGradient(
    [t],
    () => weightedSums(t, axis, rows),
    (g) => [resampleAlong(g, axis, transposed(rows, t.shape[axis]))],
  );
}

function weightedSums(t: Tensor, axis: number, rows: readonly Taps[]): Tensor {
  const count = Math.max(1, ...rows.map(({ size }) => size));
  const places = new Int32Array(count * rows.length);
  const weights = new Float32Array(count * rows.length);
  rows.forEach((taps, i) => {
    let at = i;
    for (const [place, weight] of taps) {
      places[at] = place;
      weights[at] = weight;
      at += rows.length;
    }
  });
  const [before, after] = [t.shape.slice(0, axis), t.shape.slice(axis + 1)];
  const picked = indexSelect(t, axis, constant(places, "int32", [places.length]));
  const apart = reshape(picked, [...before, count, rows.length, ...after]);
  const weight = constant(weights, "float32", [count, rows.length, ...after.map(() => 1)]);
  return sum(where(equal(weight, 0), 0, mul(apart, weight)), { axis });
}

/** For each of `extent` places, the rows in which it is a tap. */
function transposed(rows: readonly Taps[], extent: number): Taps[] {
  const result = Array.from({ length: extent }, () => new Map<number, number>());
  rows.forEach((taps, i) => {
    for (const [place, weight] of taps) result[place].set(i, weight);
  });
  return result;
}

/** Numbers from the host that go where the tensor goes that they meet. */
export function constant(data: TypedArray, dtype: DType, shape: Shape): Tensor {
  const options = { requiresGrad: false, device: null };
  return new Tensor(createLeaf(shape, dtype, new Storage(dtype, data.length, data, true), options));
}
