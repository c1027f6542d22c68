import { type AxisScale, positionOf, stepOf } from "./axis-scale.ts";
import { cubicKernel, cubicSlope } from "./cubic.ts";
import type { Taps } from "./taps.ts";

/** A function of the distance between an element and the place it is wanted for, 0 beyond `reach`. */
export interface Filter {
  readonly kernel: (distance: number) => number;
  /** For what is shrunk without aliasing. */
  readonly wideKernel: (distance: number) => number;
  readonly reach: number;
  /** Whether places before the first element are moved to it. */
  readonly startsAtFirst: boolean;
}

const triangle = (distance: number): number => Math.max(0, 1 - Math.abs(distance));

export const linear: Filter = { kernel: triangle, wideKernel: triangle, reach: 1, startsAtFirst: true };

/** The kernel that averages is another one, as in Pillow and PyTorch. */
export const cubic: Filter = {
  kernel: cubicKernel(cubicSlope),
  wideKernel: cubicKernel(-0.5),
  reach: 2,
  startsAtFirst: false,
};

/** The taps of an interpolation; what lies outside is the element at the edge. */
export function interpolationTaps(filter: Filter, scale: AxisScale, alignCorners: boolean): Taps[] {
  const { kernel, reach, startsAtFirst } = filter;
  return rowsOf(scale, (i, add) => {
    const position = positionOf(scale, i, alignCorners);
    const place = startsAtFirst ? Math.max(0, position) : position;
    const below = Math.floor(place);
    for (let tap = below - reach + 1; tap <= below + reach; tap++) {
      add(Math.min(Math.max(tap, 0), scale.from - 1), kernel(place - tap));
    }
  });
}

/**
 * The taps of a mean that is weighted by the filter, as wide as the elements of the result lie apart: shrinking leaves no element
 * out. What lies outside has no weight.
 */
export function antialiasTaps({ wideKernel, reach }: Filter, scale: AxisScale, alignCorners: boolean): Taps[] {
  const step = stepOf(scale, alignCorners);
  const width = Math.max(step, 1);
  return rowsOf(scale, (i, add) => {
    const centre = step * (i + 0.5);
    const first = Math.max(0, Math.trunc(centre - reach * width + 0.5));
    const last = Math.min(scale.from, Math.trunc(centre + reach * width + 0.5)) - 1;
    const weights = Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => {
      return wideKernel((first + k - centre + 0.5) / width);
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, k) => add(first + k, weight / total));
  });
}

/** A row of taps for each element of the result; the weights of one place add up. */
function rowsOf({ to }: AxisScale, fill: (i: number, add: (place: number, weight: number) => void) => void): Taps[] {
  return Array.from({ length: to }, (_, i) => {
    const taps = new Map<number, number>();
    fill(i, (place, weight) => {
      if (weight !== 0) taps.set(place, (taps.get(place) ?? 0) + weight);
    });
    return taps;
  });
}
