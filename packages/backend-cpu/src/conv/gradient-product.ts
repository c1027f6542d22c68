import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { tileColumns } from "../gemm/blocking.ts";
import { directRows, emitTile, emitTileStore, packedColumns, type TileShape } from "../gemm/micro-kernel.ts";
import { panelHeights, rowPanels } from "./row-panels.ts";

const stripParameters = {
  a: "i32",
  pitch: "i32",
  b: "i32",
  depth: "i32",
  c: "i32",
  cRowStride: "i32",
  panels: "i32",
  accumulate: "i32",
} as const;

const productParameters = {
  lines: "i32",
  pitch: "i32",
  rows: "i32",
  depth: "i32",
  packed: "i32",
  columns: "i32",
  c: "i32",
  cRowStride: "i32",
  accumulate: "i32",
} as const;

export type GradientProduct = FunctionReference<typeof productParameters, null>;

/**
 * Defines the product of `rows` lines, each `depth` elements long, with a matrix of `depth` x `columns` packed into panels
 * of `tileColumns`: stored to C, or added to it. Rows of C have room for whole panels, and C for three rows at least.
 */
export function defineGradientProduct(module: ModuleBuilder, relaxed: boolean): GradientProduct {
  const strips = [2, 1].map((vectors) => panelHeights.map((rows) => defineStrip(module, { rows, vectors, relaxed })));
  return module.function({ name: "multiplyGradient", parameters: productParameters }, (f, p) => {
    const panels = rowPanels(f, p.rows);
    const { pitch, depth, cRowStride, accumulate } = p;
    const multiply = (vectors: 1 | 2): void => {
      const [a, c] = [f.let(p.lines), f.let(p.c)];
      panels.forEach(({ height, count }, i) => {
        f.if(count, () => {
          const common = { a, pitch, depth, c, cRowStride, accumulate };
          f.call(strips[2 - vectors][i], { ...common, b: p.packed, panels: count });
          const rows = f.let(i32.mul(count, height));
          f.increment(a, i32.mul(rows, pitch)).increment(c, i32.mul(rows, cRowStride));
        });
      });
    };
    f.forRange({ to: p.columns, step: tileColumns }, (column) => {
      f.if(
        i32.gt_s(i32.sub(p.columns, column), tileColumns / 2),
        () => multiply(2),
        () => multiply(1),
      );
      f.increment(p.packed, i32.mul(depth, 4 * tileColumns)).increment(p.c, 4 * tileColumns);
    });
  });
}

/** Panels of lines, one after the other, times the same panel of eight columns (or the first four of them). */
function defineStrip(module: ModuleBuilder, shape: TileShape): FunctionReference<typeof stripParameters, null> {
  const { rows, vectors } = shape;
  return module.function({ name: `gradientStrip${rows}x${4 * vectors}`, parameters: stripParameters }, (f, p) => {
    f.forRange({ to: p.panels }, () => {
      const pointers = Array.from({ length: rows }, () => {
        const pointer = f.let(p.a);
        f.increment(p.a, p.pitch);
        return pointer;
      });
      const columns = packedColumns(f, f.let(p.b), p.depth);
      emitTileStore(f, emitTile(f, shape, directRows(f, pointers, 4), columns), p);
    });
  });
}
