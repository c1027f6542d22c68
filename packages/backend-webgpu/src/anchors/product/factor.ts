/**
 * One factor of a product as what its tiles are fetched from. Elements are named by their place, the row or column of
 * the result that they belong to, and their term, the position in the sums.
 */
export interface Factor {
  /** Where neighbours lie side by side in memory, four of which make a vec4 of a tile. */
  readonly along: "places" | "terms";
  /** Whether four neighbours are fetched in one piece. */
  readonly isVector: boolean;
  /** What fetching needs to know of a place, and of a term, as an expression; it is kept for many elements. */
  place(at: string): string;
  term(at: string): string;
  /** The element, or the vec4 that begins with it, from names of what `place` and `term` gave. */
  value(place: string, term: string): string;
}

/**
 * How a kernel fetches factors: in tiles, by vec4s where neighbours lie so, and what is beyond the factor is zero; or
 * element by element, only such as there are, so that none needs a test.
 */
export type Fetching = "tiles" | "elements";
