import type { CodeOptions } from "../kernel-options.ts";
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
export function defineGradientProduct(module: ModuleBuilder, { relaxed, wide }: CodeOptions): GradientProduct {
  const stripsOf = (vectors: 1 | 2 | 4) => panelHeights.map((rows) => defineStrip(module, { rows, vectors, relaxed }));
  const strips = { 1: stripsOf(1), 2: stripsOf(2), 4: wide ? stripsOf(4) : [] };
  return module.function({ name: "multiplyGradient", parameters: productParameters }, (f, p) => {
    const panels = rowPanels(f, p.rows);
    const { pitch, depth, cRowStride, accumulate } = p;
    const multiply = (vectors: 1 | 2 | 4): void => {
      const [a, c] = [f.let(p.lines), f.let(p.c)];
      panels.forEach(({ height, count }, i) => {
        f.if(count, () => {
          const common = { a, pitch, depth, c, cRowStride, accumulate };
          f.call(strips[vectors][i], { ...common, b: p.packed, panels: count });
          const rows = f.let(i32.mul(count, height));
          f.increment(a, i32.mul(rows, pitch)).increment(c, i32.mul(rows, cRowStride));
        });
      });
    };
    const goOn = (columns: number): void =>
      void f.increment(p.packed, i32.mul(depth, 4 * columns)).increment(p.c, 4 * columns);
    const from = f.let(i32.const(0));
    if (wide) {
      f.set(from, i32.and(p.columns, -2 * tileColumns));
      f.forRange({ to: from, step: 2 * tileColumns }, () => {
        multiply(4);
        goOn(2 * tileColumns);
      });
    }
    f.forRange({ from, to: p.columns, step: tileColumns }, (column) => {
      f.if(
        i32.gt_s(i32.sub(p.columns, column), tileColumns / 2),
        () => multiply(2),
        () => multiply(1),
      );
      goOn(tileColumns);
    });
  });
}

/** Panels of lines, one after the other, times the same columns: of a panel of eight or half of it, or of two panels. */
function defineStrip(module: ModuleBuilder, shape: TileShape): FunctionReference<typeof stripParameters, null> {
  const { rows, vectors } = shape;
  return module.function({ name: `gradientStrip${rows}x${4 * vectors}`, parameters: stripParameters }, (f, p) => {
    f.forRange({ to: p.panels }, () => {
      const pointers = Array.from({ length: rows }, () => {
        const pointer = f.let(p.a);
        f.increment(p.a, p.pitch);
        return pointer;
      });
      const columns = packedColumns(f, f.let(p.b), p.depth, vectors);
      emitTileStore(f, emitTile(f, shape, directRows(f, pointers, 4), columns), p);
    });
  });
}
