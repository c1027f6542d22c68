import type { CodeOptions } from "../kernel-options.ts";
import { i32, v128, type Expression, type FunctionReference, type Local } from "../wasm/index.ts";
import type { ModuleBuilder } from "../wasm/index.ts";
import { tileColumns } from "../gemm/blocking.ts";
import { emitTile, emitTileStore, packedRows, type TileShape } from "../gemm/micro-kernel.ts";
import { definePartialTileStore } from "../gemm/partial-tile.ts";
import { panelHeights, rowPanels } from "./row-panels.ts";

const stripParameters = {
  a: "i32",
  panelBytes: "i32",
  depth: "i32",
  b: "i32",
  pitch: "i32",
  c: "i32",
  cRowStride: "i32",
  panels: "i32",
  accumulate: "i32",
} as const;

/** Steps of the unrolled loop. */
const unroll = 4;

const productParameters = {
  a: "i32",
  aDepth: "i32",
  k: "i32",
  depth: "i32",
  rows: "i32",
  lines: "i32",
  pitch: "i32",
  columns: "i32",
  c: "i32",
  cRowStride: "i32",
  accumulate: "i32",
  roomy: "i32",
  scratch: "i32",
} as const;

export type LineProduct = FunctionReference<typeof productParameters, null>;

/**
 * Defines the product of a packed matrix A with lines of `columns` elements, `pitch` bytes apart: stored to C, or added to
 * it. Of A, which has `rows` x `aDepth` elements in panels (see `packFilter`), the `depth` columns from `k` on are taken. If C is
 * `roomy` its rows have room for whole tiles; else tiles over its edge go through the scratch memory, which has room for
 * `tileColumns` elements of each row.
 */
export function defineLineProduct(module: ModuleBuilder, { relaxed, wide }: CodeOptions): LineProduct {
  const stripsOf = (vectors: 1 | 2 | 4) => panelHeights.map((rows) => defineStrip(module, { rows, vectors, relaxed }));
  const strips = { 1: stripsOf(1), 2: stripsOf(2), 4: wide ? stripsOf(4) : [] };
  const storePartialTile = definePartialTileStore(module);
  return module.function({ name: "multiplyLines", parameters: productParameters }, (f, p) => {
    const rowPanelsOfA = rowPanels(f, p.rows);
    const multiply = (vectors: 1 | 2 | 4, b: Expression<"i32">, target: Target): void => {
      const a = f.let(p.a);
      const c = f.let(target.c);
      rowPanelsOfA.forEach(({ height, count: panels }, i) => {
        f.if(panels, () => {
          const panelBytes = f.let(i32.mul(p.aDepth, 4 * height));
          const { depth, pitch } = p;
          const first = i32.add(a, i32.mul(p.k, 4 * height));
          f.call(strips[vectors][i], { a: first, panelBytes, depth, b, pitch, ...target, c, panels });
          f.increment(a, i32.mul(panels, panelBytes));
          f.increment(c, i32.mul(panels, i32.mul(target.cRowStride, height)));
        });
      });
    };
    const tileBytes = f.let(i32.const(4 * tileColumns));
    const never = f.let(i32.const(0));
    const from = f.let(i32.const(0));
    if (wide) {
      const { cRowStride, accumulate } = p;
      f.set(from, i32.and(p.columns, -2 * tileColumns));
      f.forRange({ to: from, step: 2 * tileColumns }, (column) => {
        const offset = f.let(i32.shl(column, 2));
        const c = f.let(i32.add(p.c, offset));
        multiply(4, i32.add(p.lines, offset), { c, cRowStride, accumulate });
      });
    }
    f.forRange({ from, to: p.columns, step: tileColumns }, (column) => {
      const offset = f.let(i32.shl(column, 2));
      const b = f.let(i32.add(p.lines, offset));
      const c = f.let(i32.add(p.c, offset));
      const rest = f.let(i32.sub(p.columns, column));
      const { cRowStride, accumulate } = p;
      f.if(
        i32.or(i32.ge_s(rest, tileColumns), p.roomy),
        () => multiply(2, b, { c, cRowStride, accumulate }),
        () => {
          const target = { c: p.scratch, cRowStride: tileBytes, accumulate: never };
          f.if(
            i32.gt_s(rest, tileColumns / 2),
            () => multiply(2, b, target),
            () => multiply(1, b, target),
          );
          const inside = { rows: p.rows, columns: rest, c, cRowStride, accumulate };
          f.call(storePartialTile, { tile: p.scratch, tileRowStride: tileBytes, ...inside });
        },
      );
    });
  });
}

type Target = Readonly<Record<"c" | "cRowStride" | "accumulate", Local<"i32">>>;

/** Panels of A, one after the other, times the same columns. */
function defineStrip(module: ModuleBuilder, shape: TileShape): FunctionReference<typeof stripParameters, null> {
  const { rows, vectors } = shape;
  return module.function({ name: `strip${rows}x${4 * vectors}`, parameters: stripParameters }, (f, p) => {
    const bytes = f.let(i32.mul(p.depth, 4 * rows));
    const unrolledBytes = f.let(i32.mul(i32.and(p.depth, -unroll), 4 * rows));
    f.forRange({ to: p.panels }, () => {
      const [a, b] = [f.let(p.a), f.let(p.b)];
      const end = f.let(i32.add(a, bytes));
      const unrolledEnd = f.let(i32.add(a, unrolledBytes));
      const lines = {
        unrolled: i32.ne(a, unrolledEnd),
        single: i32.ne(a, end),
        unroll,
        load: (vector: number) => v128.load(b, 16 * vector),
        next: () => void f.increment(b, p.pitch),
        nextBlock: () => undefined,
      };
      emitTileStore(f, emitTile(f, shape, packedRows(f, a, rows), lines), p);
      f.increment(p.a, p.panelBytes);
    });
  });
}
