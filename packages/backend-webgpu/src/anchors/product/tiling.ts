import type { KernelLimits } from "../../kernel/kernel.ts";
import { mostLanes } from "../../kernel/lanes.ts";

/** How a product is cut: into tiles of the result, one a workgroup, and its sums into splits, a workgroup each. */
export interface Tiling {
  /** Invocations of a workgroup along the rows and the columns of its tile. */
  readonly down: number;
  readonly across: number;
  /** Rows and columns that each of them computes: 4 or 8. */
  readonly rows: number;
  readonly columns: number;
  /** Terms that are fetched at a time. */
  readonly depth: number;
  readonly splits: number;
  /** Terms of each split but the last: a multiple of `depth`. */
  readonly termsPerSplit: number;
}

/** Sizes of a product: `batches` results of `rows` by `columns` elements, each a sum of `terms`. */
export interface ProductSize {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly terms: number;
}

type Tile = Pick<Tiling, "down" | "across" | "rows" | "columns" | "depth">;

const tile = (down: number, across: number, rows: number, columns: number, depth = 16): Tile => {
  return { down, across, rows, columns, depth };
};

/** Tiles from flat to tall, small to large. Wide ones fetch fewer terms at a time, to fit 16 KiB of shared memory. */
const tiles: readonly Tile[] = [
  tile(2, 32, 4, 4), tile(4, 16, 4, 4), tile(8, 8, 4, 4), tile(16, 4, 4, 4), tile(32, 2, 4, 4),
  tile(8, 32, 4, 4), tile(16, 16, 4, 4), tile(32, 8, 4, 4),
  tile(16, 16, 4, 8, 8), tile(16, 16, 8, 4, 8), tile(16, 16, 8, 8, 8),
]; // prettier-ignore

/** With fewer invocations than this at work a GPU is not busy. */
export const enoughInvocations = 16_384;
/** Sums of fewer terms are not split: the second pass would cost more than it saves. */
const longSum = 1024;
const fewestTermsPerSplit = 256;
const mostSplits = 64;
/** What a second kernel costs, in products of two numbers. */
const secondPassCost = 4e6;

/** The cut that costs least, by the sizes alone, so that the same product gives the same bits. */
export function chooseTiling(size: ProductSize, limits: KernelLimits): Tiling {
  let [best, least] = [null as Tiling | null, Infinity];
  for (const candidate of tiles) {
    if (candidate.down * candidate.across > mostLanes(limits)) continue;
    for (const splits of splitsFor(size.terms)) {
      const cost = costOf(size, candidate, splits);
      if (cost >= least) continue;
      const steps = Math.ceil(size.terms / candidate.depth / splits);
      const termsPerSplit = Math.max(1, steps) * candidate.depth;
      [best, least] = [
        { ...candidate, termsPerSplit, splits: Math.max(1, Math.ceil(size.terms / termsPerSplit)) },
        cost,
      ];
    }
  }
  return best as Tiling; // the smallest tiles fit every device
}

/** The numbers of parts that sums may be cut into. */
export function splitsFor(terms: number): number[] {
  const splits = [1];
  if (terms < longSum) return splits;
  for (let next = 2; next <= Math.min(mostSplits, terms / fewestTermsPerSplit); next *= 2) splits.push(next);
  return splits;
}

/** Products computed, those outside of the result too, made dearer by what is read and fetched for each. */
function costOf({ batches, rows, columns, terms }: ProductSize, tile: Tile, splits: number): number {
  const [tileRows, tileColumns] = [tile.down * tile.rows, tile.across * tile.columns];
  const workgroups = Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns) * batches;
  const reads = 2 / tile.rows + 2 / tile.columns;
  const fetches = 4 / tileRows + 4 / tileColumns;
  const work = workgroups * tileRows * tileColumns * Math.max(1, terms) * (1 + reads + fetches);
  const idle = Math.max(1, enoughInvocations / (workgroups * splits * tile.down * tile.across));
  return work * idle + (splits > 1 ? secondPassCost + 2 * splits * batches * rows * columns : 0);
}
