import type { Kernel, KernelLimits } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { ResultStore } from "../epilogue.ts";
import { writeLongSums } from "./long-sums.ts";
import type { Product } from "./product.ts";
import type { MakeStore, ProductCut } from "./product-kernels.ts";
import { TileSide } from "./tile-side.ts";
import { type Tiling, chooseTiling } from "./tiling.ts";

/** Few invocations have so long sums to themselves: longer ones are split. */
const parts = { longest: 4096, part: 512 };

/** A product cut into tiles. */
export function tiledCut(product: Product, limits: KernelLimits): ProductCut {
  const tiling = chooseTiling(product, limits);
  return {
    splits: tiling.splits,
    write: (own, makeStore) => tileKernel(own, tiling, limits, makeStore),
  };
}

/**
 * A workgroup computes one split of one tile of the result. Step by step, tiles of both factors are fetched into shared
 * memory; each invocation multiplies its rows with its columns there and keeps the sums in registers.
 */
function tileKernel(product: Product, tiling: Tiling, limits: KernelLimits, makeStore: MakeStore): Kernel {
  const { rows, columns, terms, batches } = product;
  const { down, across, depth, splits } = tiling;
  const tilesDown = Math.ceil(rows / (down * tiling.rows));
  const tilesAcross = Math.ceil(columns / (across * tiling.columns));
  const invocations = down * across;
  const writer = new KernelWriter(limits);
  return writer.forEachGroup(product.label, batches * splits * tilesDown * tilesAcross, invocations, () => {
    writer.line(`let first_column = i32(item % ${tilesAcross}u) * ${across * tiling.columns};`);
    writer.line(`let first_row = i32(item / ${tilesAcross}u % ${tilesDown}u) * ${down * tiling.rows};`);
    if (splits > 1) writer.line(`let split = item / ${tilesAcross * tilesDown}u % ${splits}u;`);
    if (batches > 1) writer.line(`let batch = item / ${tilesAcross * tilesDown * splits}u;`);
    writer.line(`let lane_column = i32(lane % ${across}u);`);
    writer.line(`let lane_row = i32(lane / ${across}u);`);
    const { left, right, place } = product.begin(writer, batches > 1 ? "batch" : "0u", "tiles");
    const row = new TileSide(writer, "row", left, { lanes: down, cells: tiling.rows, depth, invocations });
    const column = new TileSide(writer, "column", right, { lanes: across, cells: tiling.columns, depth, invocations });
    row.writePlaces();
    column.writePlaces();
    writeSums(writer, tiling, terms, () => {
      row.writeFetch();
      column.writeFetch();
      writer.line("workgroupBarrier();");
      writer.block(`for (var quad = 0; quad < ${depth / 4}; quad++)`, () => writeProducts(writer, tiling, row, column));
      writer.line("workgroupBarrier();");
    });
    const isVector = product.hasQuads && column.hasNeighbours;
    writeResults(writer, { rows, columns, tiling, row, column, place, store: makeStore(writer, isVector) });
  });
}

/** The sums of an invocation: `sum_<row>_<group>`, each of four columns; and the loop over the terms. */
function writeSums(writer: KernelWriter, tiling: Tiling, terms: number, step: () => void): void {
  const { depth, splits, termsPerSplit } = tiling;
  const [first, end] = splits > 1 ? ["first_term", "last_term"] : ["0", `${terms}`];
  if (splits > 1) {
    writer.line(`let first_term = i32(split) * ${termsPerSplit};`);
    writer.line(`let last_term = min(first_term + ${termsPerSplit}, ${terms});`);
  }
  const range = { first, end, most: Math.min(termsPerSplit, terms), step: depth };
  writeLongSums(writer, sumsOf(tiling), "vec4f()", range, parts, step);
}

function sumsOf({ rows, columns }: Tiling): string[] {
  return range(rows).flatMap((row) => range(columns / 4).map((group) => `sum_${row}_${group}`));
}

function writeProducts(writer: KernelWriter, tiling: Tiling, row: TileSide, column: TileSide): void {
  row.writeRead();
  column.writeRead();
  for (const term of range(4)) {
    for (const r of range(tiling.rows)) {
      for (const group of range(tiling.columns / 4)) {
        writer.line(`sum_${r}_${group} += ${row.cell(r, term)} * ${column.fourCells(group, term)};`);
      }
    }
  }
}

interface Results {
  readonly rows: number;
  readonly columns: number;
  readonly tiling: Tiling;
  readonly row: TileSide;
  readonly column: TileSide;
  readonly place: (row: string, column: string) => string;
  readonly store: ResultStore;
}

/** Stores the sums that lie in the result: in a loop, so that an epilogue is there once. */
function writeResults(writer: KernelWriter, { rows, columns, tiling, row, column, place, store }: Results): void {
  const groups = tiling.columns / 4;
  const sums = sumsOf(tiling);
  writer.line(`var results = array<vec4f, ${sums.length}>(${sums.join(", ")});`);
  writer.block(`for (var i = 0; i < ${sums.length}; i++)`, () => {
    writer.line(`let row_cell = i / ${groups};`);
    writer.line(`let row = first_row + ${row.placeOf("row_cell")};`);
    writer.line(`if (row >= ${rows}) { continue; }`);
    if (store.isVector) {
      writer.line(`let column_cell = i % ${groups} * 4;`);
      writer.line(`let column = first_column + ${column.placeOf("column_cell")};`);
      writer.block(`if (column < ${columns})`, () => store.store(`(${place("row", "column")}) / 4`, "results[i]"));
      return;
    }
    writer.block("for (var c = 0; c < 4; c++)", () => {
      writer.line(`let column_cell = i % ${groups} * 4 + c;`);
      writer.line(`let column = first_column + ${column.placeOf("column_cell")};`);
      writer.block(`if (column < ${columns})`, () => store.store(place("row", "column"), "results[i][c]"));
    });
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
