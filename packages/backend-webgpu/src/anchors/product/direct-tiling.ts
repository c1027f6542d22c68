import type { ProductSize } from "./tiling.ts";

/** How a product is cut where each invocation computes a tile of the result alone. */
export interface DirectTiling {
  /** Rows and columns of a tile. */
  readonly rows: number;
  readonly columns: number;
  /** Terms of a round of the loop over them: 1 or 2, such that every sum is made of whole rounds. */
  readonly round: number;
  readonly splits: number;
  readonly termsPerSplit: number;
}

/** Invocations of a workgroup. Few: drivers share work between processors by the workgroup. */
export const directLanes = 16;

/** Numbers of rows, or of columns, of a tile: with 8 by 8, sums take the registers, and each element read is used 8 times. */
const extents = [1, 2, 4, 8];
/** Invocations that run as one, on the parts of vectors. */
const together = 4;
/** What reading an element costs, in multiplications. */
const readCost = 6;
/** With fewer workgroups processors are idle. */
const enoughGroups = 4;
/** Sums are split no further. */
const fewestTermsPerSplit = 256;

/** The cut that costs least, by the sizes alone, so that the same product gives the same bits. */
export function chooseDirectTiling(size: ProductSize): DirectTiling {
  let [best, least] = [null as DirectTiling | null, Infinity];
  for (const rows of extents) {
    for (const columns of extents) {
      const tiles = size.batches * Math.ceil(size.rows / rows) * Math.ceil(size.columns / columns);
      const groups = Math.max(1, Math.ceil(tiles / directLanes)); // one of nothing, where the result is empty
      const cut = cutTerms(size.terms, groups);
      const idle = Math.max(1, enoughGroups / (groups * cut.splits));
      const cost = Math.ceil(tiles / together) * (rows * columns + readCost * (rows + columns)) * idle;
      if (cost < least) [best, least] = [{ rows, columns, ...cut }, cost];
    }
  }
  return best as DirectTiling; // there are choices
}

/** Splits sums where there would be few workgroups. */
function cutTerms(terms: number, groups: number): Pick<DirectTiling, "round" | "splits" | "termsPerSplit"> {
  const round = terms % 2 === 0 ? 2 : 1;
  const wanted = Math.max(1, Math.min(Math.ceil(enoughGroups / groups), Math.floor(terms / fewestTermsPerSplit)));
  const termsPerSplit = Math.max(1, Math.ceil(terms / round / wanted)) * round;
  return { round, termsPerSplit, splits: Math.max(1, Math.ceil(terms / termsPerSplit)) };
}
