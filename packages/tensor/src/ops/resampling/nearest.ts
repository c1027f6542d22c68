import type { Tensor } from "../../tensor.ts";
import { sliceAlong } from "../along.ts";
import { indexSelect } from "../indexing.ts";
import { repeatInterleave } from "../views.ts";
import { type AxisScale, lengthBefore } from "./axis-scale.ts";
import { constant } from "./taps.ts";

/**
 * Picks an element of an axis for each of the result, at ⌊(i + offset)·scale⌋. The dtype stays.
 *
 * @param offset - 0, or ½ for the element that is nearest to the centre.
 */
export function nearestAlong(t: Tensor, axis: number, scale: AxisScale, offset: 0 | 0.5): Tensor {
  const { from, to } = scale;
  const places = Int32Array.from({ length: to }, (_, i) => {
    return Math.min(Math.floor(lengthBefore(scale, i + offset)), from - 1);
  });
  const times = to / from;
  if (Number.isInteger(times) && places.every((place, i) => place === Math.floor(i / times))) {
    return repeatInterleave(t, times, axis);
  }
  const [first] = places;
  const step = Math.max(1, Math.floor(from / to));
  if (places.every((place, i) => place === first + i * step)) {
    return sliceAlong(t, axis, [first, first + (to - 1) * step + 1, step]);
  }
  return indexSelect(t, axis, constant(places, "int32", [to]));
}
