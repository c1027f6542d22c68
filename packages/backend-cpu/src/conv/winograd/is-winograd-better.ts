import type { Windows } from "../problem.ts";
import { points, sumsOf } from "./transforms.ts";

/** Planes on both sides from which on the transforms cost less than they save. */
const fewestPlanes = 16;
/** Windows from which on the transform of the filters pays: it costs as much as the products of so many save. */
const fewestWindows = 128;
/** Most bytes for the transformed filters, which take four times the room of 3x3 ones. */
const mostWeightBytes = 2 ** 26;
/** How many times fewer multiplications there must be, since they are less dense. */
const leastGain = 1.5;

/** Whether a convolution is faster by tiles: one of dense windows of 3x3 or 5x5 elements, over enough planes. */
export function isWinogradBetter(w: Windows, outputs: number): boolean {
  const { tapRows: taps, rows, columns } = w;
  const square = (taps === 3 || taps === 5) && w.tapColumns === taps;
  const dense = [w.rowStep, w.columnStep, w.tapRowStep, w.tapColumnStep].every((step) => step === 1);
  if (!square || !dense) return false;
  const step = sumsOf(taps);
  const tiles = Math.ceil(rows / step) * Math.ceil(columns / step);
  return (
    w.channels % 4 === 0 && // filters are transformed four at a time
    Math.min(w.channels, outputs) >= fewestPlanes &&
    w.images * rows * columns >= fewestWindows &&
    4 * points * points * w.groups * w.channels * outputs <= mostWeightBytes &&
    taps * taps * rows * columns >= leastGain * points * points * tiles
  );
}
