import { plus } from "../../kernel/expression.ts";
import type { Kernel, KernelLimits } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { type DirectTiling, chooseDirectTiling, directLanes } from "./direct-tiling.ts";
import type { Factor } from "./factor.ts";
import { writeLongSums } from "./long-sums.ts";
import type { Product } from "./product.ts";
import type { MakeStore, ProductCut } from "./product-kernels.ts";

/** Sums are seldom split between invocations here, so that long ones would round too much for 50 steps of Adam. */
const parts = { longest: 512, part: 128 };

/** A product cut into tiles that need no shared memory. */
export function directCut(product: Product, limits: KernelLimits): ProductCut {
  const tiling = chooseDirectTiling(product);
  return {
    splits: tiling.splits,
    write: (own, makeStore) => directKernel(own, tiling, limits, makeStore),
  };
}

/**
 * An invocation computes one split of one tile of the result: its sums are in registers, and factors are read from where
 * they lie, element by element, because a processor's vectors are made of invocations. Nothing is tested in the loop: in
 * place of rows and columns behind the last, that one is read.
 */
function directKernel(product: Product, tiling: DirectTiling, limits: KernelLimits, makeStore: MakeStore): Kernel {
  const { batches, terms } = product;
  const { round, splits, termsPerSplit } = tiling;
  const tilesDown = Math.ceil(product.rows / tiling.rows);
  const tilesAcross = Math.ceil(product.columns / tiling.columns);
  const tiles = batches * splits * tilesDown * tilesAcross;
  const writer = new KernelWriter(limits);
  return writer.forEachGroup(product.label, Math.ceil(tiles / directLanes), directLanes, () => {
    writer.line(`let tile = item * ${directLanes}u + lane;`);
    writer.line(`if (tile >= ${tiles}u) { return; }`);
    writer.line(`let first_column = i32(tile % ${tilesAcross}u) * ${tiling.columns};`);
    writer.line(`let first_row = i32(tile / ${tilesAcross}u % ${tilesDown}u) * ${tiling.rows};`);
    if (splits > 1) writer.line(`let split = tile / ${tilesAcross * tilesDown}u % ${splits}u;`);
    if (batches > 1) writer.line(`let batch = tile / ${tilesAcross * tilesDown * splits}u;`);
    const { left, right, place } = product.begin(writer, batches > 1 ? "batch" : "0u", "elements");
    writePlaces(writer, "row", left, tiling.rows, product.rows);
    writePlaces(writer, "column", right, tiling.columns, product.columns);
    const [first, end] = splits > 1 ? ["first_term", "last_term"] : ["0", `${terms}`];
    if (splits > 1) {
      writer.line(`let first_term = i32(split) * ${termsPerSplit};`);
      writer.line(`let last_term = min(first_term + ${termsPerSplit}, ${terms});`);
    }
    const sums = sumsOf(tiling);
    const range = { first, end, most: Math.min(termsPerSplit, terms), step: round };
    writeLongSums(writer, sums, "0.0f", range, parts, () => {
      for (let number = 0; number < round; number++) {
        writer.line(`let term${number} = ${plus("start", number)};`);
        const rows = readCells(writer, "row", left, tiling.rows, number);
        const columns = readCells(writer, "column", right, tiling.columns, number);
        sums.forEach((sum, i) => {
          writer.line(`${sum} += ${rows[Math.floor(i / tiling.columns)]} * ${columns[i % tiling.columns]};`);
        });
      }
    });
    const { store } = makeStore(writer, false);
    // In a loop, so that an epilogue is there once.
    writer.line(`var results = array<f32, ${sums.length}>(${sums.join(", ")});`);
    writer.block(`for (var i = 0; i < ${sums.length}; i++)`, () => {
      writer.line(`let row = first_row + i / ${tiling.columns};`);
      writer.line(`let column = first_column + i % ${tiling.columns};`);
      writer.block(`if (row < ${product.rows} && column < ${product.columns})`, () => {
        store(place("row", "column"), "results[i]");
      });
    });
  });
}

/** `sum_<row>_<column>`, row by row. */
function sumsOf({ rows, columns }: DirectTiling): string[] {
  return Array.from({ length: rows * columns }, (_, i) => `sum_${Math.floor(i / columns)}_${i % columns}`);
}

/** What does not change from term to term, for the cells of a side. */
function writePlaces(writer: KernelWriter, side: string, factor: Factor, cells: number, extent: number): void {
  for (let cell = 0; cell < cells; cell++) {
    writer.line(`let ${side}_at${cell} = min(${plus(`first_${side}`, cell)}, ${extent - 1});`);
    writer.line(`let ${side}_place${cell} = ${factor.place(`${side}_at${cell}`)};`);
  }
}

/** Reads a term of the cells of a side; gives their names. */
function readCells(writer: KernelWriter, side: string, factor: Factor, cells: number, term: number): string[] {
  writer.line(`let ${side}_term${term} = ${factor.term(`term${term}`)};`);
  return Array.from({ length: cells }, (_, cell) => {
    const name = `${side}${cell}_${term}`;
    writer.line(`let ${name} = ${factor.value(`${side}_place${cell}`, `${side}_term${term}`)};`);
    return name;
  });
}
