/** One factor's part of a tile of the result, as an invocation sees it: the cells of its rows, or of its columns. */
export interface ProductSide {
  /** Whether the four cells of a quad are neighbours in the result. */
  readonly hasNeighbours: boolean;
  /** The place of a cell, counted from the tile's first, whose number is an expression. */
  placeOf(cell: string): string;
  /** Before the loop over the terms: what does not change in it. */
  writePlaces(): void;
  /** Fetches the terms from `start` on, where invocations do that together. */
  writeFetch(): void;
  /** In a loop in which `quad` counts the terms from `start` on by four: reads this invocation's cells. */
  writeRead(): void;
  /** What has been read of one cell, and of four, for a term of the quad. */
  cell(cell: number, term: number): string;
  fourCells(group: number, term: number): string;
}
