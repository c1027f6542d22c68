import type { Tensor } from "../tensor.ts";
import { arange } from "./create.ts";
import { type Range, reshape, slice } from "./views.ts";

/** A range of one axis, and all of the others. */
export function sliceAlong(t: Tensor, axis: number, range: Range): Tensor {
  return slice(
    t,
    t.shape.map((_, k) => (k === axis ? range : null)),
  );
}

/** A vector laid along one axis of a tensor of so many. */
export function layAlong(vector: Tensor, axis: number, rank: number): Tensor {
  return reshape(
    vector,
    Array.from({ length: rank }, (_, k) => (k === axis ? vector.size : 1)),
  );
}

/** The places of elements along an axis, 0, 1, …, with extent 1 along the others. */
export function placesAlong(t: Tensor, axis: number): Tensor {
  return layAlong(arange(t.shape[axis]), axis, t.ndim);
}
