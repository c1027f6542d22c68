import { roundUp } from "../../gemm/blocking.ts";
import type { Windows } from "../problem.ts";
import { points, sumsOf } from "./transforms.ts";

/** Bytes that the lines of a unit may take: they stay in the second-level cache. */
const unitBytes = 2 ** 20;
/** Tiles of a unit: enough that products pay, and not more than it takes. */
const [fewestTiles, mostTiles] = [24, 256];
const cacheLine = 64;

/** How the work of a convolution by tiles is cut. It depends on the shape alone, and so do the bits of the result. */
export interface Tiling {
  readonly tilesDown: number;
  readonly tilesAcross: number;
  readonly chunkImages: number;
  readonly unitRows: number;
  readonly unitsDown: number;
  /** Units of a group. */
  readonly units: number;
  /** Most tiles of a unit. */
  readonly tiles: number;
  readonly phaseBytes: number;
  readonly scratchBytes: number;
}

/** @param lines - Lines with an element for each tile that a unit has, for each point. */
export function cutTiles(w: Windows, lines: number): Tiling {
  const step = sumsOf(w.tapRows);
  const tilesDown = Math.ceil(w.rows / step);
  const tilesAcross = Math.ceil(w.columns / step);
  const goal = Math.floor(unitBytes / (4 * points * points * lines));
  const tilesAtOnce = Math.min(mostTiles, Math.max(fewestTiles, goal));
  const chunkImages = Math.max(1, Math.min(w.images, Math.floor(tilesAtOnce / (tilesDown * tilesAcross))));
  const mostRows = Math.max(1, Math.floor(tilesAtOnce / tilesAcross));
  const unitRows = Math.ceil(tilesDown / Math.ceil(tilesDown / mostRows));
  const unitsDown = Math.ceil(tilesDown / unitRows);
  const spread = roundUp(tilesAcross, 4);
  const phaseBytes = 4 * (spread + 4);
  const inputRows = step * unitRows + points - step;
  return {
    tilesDown,
    tilesAcross,
    chunkImages,
    unitRows,
    unitsDown,
    units: Math.ceil(w.images / chunkImages) * unitsDown,
    tiles: chunkImages * unitRows * tilesAcross,
    phaseBytes,
    scratchBytes: roundUp(Math.max(inputRows * step * phaseBytes, 4 * step * step * spread) + cacheLine, cacheLine),
  };
}

/** Bytes from line to line of so many tiles, with room for whole vectors. */
export function linePitch(tiles: number): number {
  return spreadBytes(4 * (tiles + 8));
}

/**
 * The distance of parts that take so many bytes: an odd number of cache lines, so that what lies at the same place of
 * 36 parts does not compete for a few sets of the cache.
 */
export function spreadBytes(bytes: number): number {
  return cacheLine * (Math.ceil(bytes / cacheLine) | 1);
}
