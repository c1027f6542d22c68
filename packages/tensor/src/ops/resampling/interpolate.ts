import type { Tensor } from "../../tensor.ts";
import { type Operand, asTensor, inFloat32 } from "../build.ts";
import { adaptiveAvgPool1d, adaptiveAvgPool2d } from "../window/adaptive-pool.ts";
import { adaptiveAvgPool3d } from "../window/adaptive-pool-3d.ts";
import { type AxisScale, scalesOf } from "./axis-scale.ts";
import { antialiasTaps, interpolationTaps } from "./filters.ts";
import { type InterpolateMode, modeFor } from "./modes.ts";
import { nearestAlong } from "./nearest.ts";
import { resampleAlong } from "./taps.ts";

export type { InterpolateMode } from "./modes.ts";

export interface InterpolateOptions {
  /** Extents of the result: one number for all axes behind the channels, or one an axis. */
  readonly size?: number | readonly number[] | undefined;
  /** Instead of `size`: how many times as many elements there shall be, rounded down, along all of these axes or each. */
  readonly scaleFactor?: number | readonly number[] | undefined;
  /**
   * `nearest` (default) takes element ⌊i·scale⌋, `nearest-exact` the one under the centre of the new; `linear` (one axis),
   * `bilinear` (two) and `trilinear` (three) mix neighbours, `bicubic` (two) four along each axis; `area` averages.
   */
  readonly mode?: InterpolateMode | undefined;
  /** Whether the centres of the corner elements stay in place, not their edges; of the linear modes and `bicubic`. */
  readonly alignCorners?: boolean | undefined;
  /** Whether shrinking averages over all elements, with a wider filter; of `bilinear` and `bicubic`. */
  readonly antialias?: boolean | undefined;
}

/**
 * Resamples images (and lines and volumes) to another size, as in PyTorch: element i of an axis of n elements is made of what lies at
 * (i + ½)·n/n' - ½ of its n elements, n' elements being asked for; with `alignCorners` at i·(n - 1)/(n' - 1). With a
 * `scaleFactor` n/n' is 1/scaleFactor, also where n' was rounded. Beyond the edges stands the element at the edge.
 *
 * @param x - [batch, channels, length], [batch, channels, height, width] or [batch, channels, depth, height, width]. The
 *   nearest modes keep the dtype; the others give float32 for integers.
 * @throws {ShapeError} another number of axes than the mode is for.
 */
export function interpolate(x: Operand, options: InterpolateOptions = {}): Tensor {
  const t = asTensor(x);
  const { size, scaleFactor, mode = "nearest", alignCorners = false, antialias = false } = options;
  const { filter, offset, keepsSize = false } = modeFor(mode, t.shape, alignCorners, antialias);
  const scales = scalesOf(t.shape, size, scaleFactor, keepsSize && !antialias);
  if (offset !== undefined) return alongAxes(t, scales, (part, axis, scale) => nearestAlong(part, axis, scale, offset));
  return inFloat32([t], (wide) => {
    if (filter === undefined) return areas(wide, scales);
    const tapsOf = antialias ? antialiasTaps : interpolationTaps;
    return alongAxes(wide, scales, (part, axis, scale) =>
      resampleAlong(part, axis, tapsOf(filter, scale, alignCorners)),
    );
  });
}

/** One axis after the other, the last one first, which is the quickest where images shrink. */
function alongAxes(
  t: Tensor,
  scales: readonly AxisScale[],
  work: (t: Tensor, axis: number, scale: AxisScale) => Tensor,
): Tensor {
  return scales.reduceRight((part, scale, i) => work(part, i + 2, scale), t);
}

/** Means of equal parts. */
function areas(t: Tensor, scales: readonly AxisScale[]): Tensor {
  const [first, second, third] = scales.map(({ to }) => to);
  if (scales.length === 1) return adaptiveAvgPool1d(t, first);
  return scales.length === 2 ? adaptiveAvgPool2d(t, [first, second]) : adaptiveAvgPool3d(t, [first, second, third]);
}
