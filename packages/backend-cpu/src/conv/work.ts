import { roundUp } from "../gemm/blocking.ts";
import type { Windows } from "./problem.ts";

/** Up to so many windows an image shares a unit with others. */
const fewWindows = 64;
/** Most elements of a window multiplied at a time: so many lines of 64 bytes take half of the first-level cache. */
const maximumDepth = 256;
/** Multiple of which depth blocks are, where they can be: the unrolled loop of the micro kernel. */
const depthUnit = 4;
const cacheLine = 64;

/** How the work of a convolution is cut. It depends on the shape alone, and so do the bits of the result. */
export interface Work {
  readonly chunkImages: number;
  readonly unitRows: number;
  readonly unitColumns: number;
  readonly unitsDown: number;
  readonly unitsAcross: number;
  /** Elements of a window. */
  readonly depth: number;
  readonly depthBlock: number;
  readonly pitch: number;
  /** Units of a group. */
  readonly units: number;
  /** Most windows of a unit. */
  readonly windows: number;
  /** The columns of the rectangle of the input that a unit needs. */
  readonly rectangleColumns: number;
  /** Bytes for this rectangle, and for the lines of a block. */
  readonly rectangleBytes: number;
  readonly linesBytes: number;
}

/** @param mostImages - Images that may share a unit. */
export function cutWork(w: Windows, unitWindows: number, mostImages: number): Work {
  const windows = w.rows * w.columns;
  const chunkImages = windows <= fewWindows ? Math.min(mostImages, Math.floor(unitWindows / windows)) : 1;
  const unitColumns = evenly(w.columns, unitWindows);
  const unitRows = evenly(w.rows, Math.max(1, Math.floor(unitWindows / w.columns)));
  const unitsDown = Math.ceil(w.rows / unitRows);
  const unitsAcross = Math.ceil(w.columns / unitColumns);
  const taps = w.tapRows * w.tapColumns;
  const depth = w.channels * taps;
  const depthBlock = roundUp(evenly(depth, maximumDepth), depthUnit);
  const most = chunkImages * unitRows * unitColumns;
  // An odd number of cache lines spreads the lines over all sets of a cache.
  const pitch = (roundUp(4 * (most + 16), cacheLine) / cacheLine) | 1;
  const rectangleRows = (unitRows - 1) * w.rowStep + (w.tapRows - 1) * w.tapRowStep + 1;
  const rectangleColumns = (unitColumns - 1) * w.columnStep + (w.tapColumns - 1) * w.tapColumnStep + 1;
  const channels = Math.min(w.channels, Math.ceil((depthBlock - 1) / taps) + 1);
  return {
    chunkImages,
    unitRows,
    unitColumns,
    unitsDown,
    unitsAcross,
    depth,
    depthBlock,
    pitch: pitch * cacheLine,
    units: Math.ceil(w.images / chunkImages) * unitsDown * unitsAcross,
    windows: most,
    rectangleColumns,
    rectangleBytes: roundUp(4 * channels * rectangleRows * rectangleColumns + cacheLine, cacheLine),
    linesBytes: pitch * cacheLine * Math.min(depth, depthBlock) + cacheLine,
  };
}

/** The length of the parts of `total`, cut into as few as possible of at most `most`. */
function evenly(total: number, most: number): number {
  return Math.ceil(total / Math.ceil(total / most));
}
