import type { CodeOptions } from "../kernel-options.ts";
import {
  i32,
  type Expression,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
  type ModuleBuilder,
  type Operand,
} from "../wasm/index.ts";
import { minimum } from "./arithmetic.ts";
import { rowBlock, tileRows, workspaceLayout } from "./blocking.ts";
import { defineDirectTile, definePackedTile } from "./micro-kernel.ts";
import { definePack } from "./pack.ts";
import { definePartialTileStore } from "./partial-tile.ts";

export const blockProductParameters = {
  m: "i32",
  a: "i32",
  aRowStride: "i32",
  aColStride: "i32",
  packedB: "i32",
  columns: "i32",
  depth: "i32",
  c: "i32",
  cRowStride: "i32",
  accumulate: "i32",
  direct: "i32",
  workspace: "i32",
} as const;

/** The arguments of {@link BlockProduct}. */
type Inputs = Readonly<Record<keyof typeof blockProductParameters, Local<"i32">>>;

/** The product of a block of rows of A with packed columns of B. */
export type BlockProduct = FunctionReference<typeof blockProductParameters, null>;

/** Where a tile goes. */
interface Target {
  readonly c: Operand<"i32">;
  readonly cRowStride: Operand<"i32">;
  readonly accumulate: Operand<"i32">;
}

/**
 * Defines the function that multiplies `m` rows of A (`m` x `depth`) with packed B (`depth` x `columns`, at most `columnBlock`)
 * and stores the result to C, or adds it if `accumulate` is not zero. If `direct` is not zero rows of A are read where they
 * lie, else they are packed, `rowBlock` at a time. The workspace is aligned.
 */
export function defineBlockProduct(module: ModuleBuilder, { relaxed, wide }: CodeOptions): BlockProduct {
  const packRows = definePack(module, "packRows", tileRows);
  const storePartialTile = definePartialTileStore(module);
  const tiles = tileWidths(wide).map(({ name, vectors }) => {
    const packed = definePackedTile(module, { name: `${name}Tile`, vectors, relaxed });
    const direct = defineDirectTile(module, { name: `${name}DirectTile`, vectors, relaxed });
    return { columns: 4 * vectors, packed, direct };
  });
  const [widest] = tiles;
  type Tile = typeof widest;

  /**
   * Computes one tile, the narrowest that has all columns: to C if it lies inside, else to the scratch memory and from there
   * the part that does.
   */
  const computeTile = (
    f: FunctionBuilder,
    p: Inputs,
    { rows, columns, ...target }: Target & { rows: Local<"i32">; columns: Local<"i32"> },
    compute: (tile: Tile, target: Target) => void,
  ): void => {
    const scratch = i32.add(p.workspace, workspaceLayout.scratch);
    const computeWith = (tile: Tile): void => {
      f.if(
        i32.and(i32.ge_s(rows, tileRows), i32.ge_s(columns, tile.columns)),
        () => compute(tile, target),
        () => {
          const tileRowStride = 4 * tile.columns;
          compute(tile, { c: scratch, cRowStride: tileRowStride, accumulate: 0 });
          const inside = { rows: minimum(rows, tileRows), columns: minimum(columns, tile.columns) };
          f.call(storePartialTile, { tile: scratch, tileRowStride, ...inside, ...target });
        },
      );
    };
    const choose = ([tile, ...narrower]: readonly Tile[]): void => {
      if (narrower.length === 0) computeWith(tile);
      else
        f.if(
          i32.gt_s(columns, narrower[0].columns),
          () => computeWith(tile),
          () => choose(narrower),
        );
    };
    choose(tiles);
  };

  /** For few columns or steps: each five rows of A are read where they lie, by all panels of B. */
  const directRows = (f: FunctionBuilder, p: Inputs): void => {
    const { depth, aRowStride, aColStride, cRowStride, accumulate } = p;
    const a = f.let(p.a);
    const cRow = f.let(p.c);
    f.forRange({ to: p.m, step: tileRows }, (i) => {
      const rows = f.let(i32.sub(p.m, i));
      const b = f.let(p.packedB);
      f.forRange({ to: p.columns, step: widest.columns }, (j) => {
        const columns = f.let(i32.sub(p.columns, j));
        const c = f.let(i32.add(cRow, i32.shl(j, 2)));
        computeTile(f, p, { rows, columns, c, cRowStride, accumulate }, ({ direct }, target) => {
          f.call(direct, { a, aRowStride, aColStride, rows: minimum(rows, tileRows), b, depth, ...target });
        });
        f.increment(b, i32.mul(depth, 4 * widest.columns));
      });
      f.increment(a, i32.mul(aRowStride, tileRows)).increment(cRow, i32.mul(cRowStride, tileRows));
    });
  };

  /** Packs blocks of rows of A; a panel of B stays in the first-level cache while all panels of A pass by. */
  const packedRows = (f: FunctionBuilder, p: Inputs): void => {
    const { depth, cRowStride, accumulate } = p;
    const packedA = f.let(i32.add(p.workspace, workspaceLayout.packedA));
    f.forRange({ to: p.m, step: rowBlock }, (start) => {
      const blockRows = f.let(minimum(i32.sub(p.m, start), rowBlock));
      f.call(packRows, {
        source: offset(p.a, start, p.aRowStride),
        laneStride: p.aRowStride,
        depthStride: p.aColStride,
        lanes: blockRows,
        depth,
        target: packedA,
        panelBytes: i32.mul(depth, 4 * tileRows),
      });
      const b = f.let(p.packedB);
      f.forRange({ to: p.columns, step: widest.columns }, (j) => {
        const columns = f.let(i32.sub(p.columns, j));
        const a = f.let(packedA);
        const c = f.let(i32.add(offset(p.c, start, cRowStride), i32.shl(j, 2)));
        f.forRange({ to: blockRows, step: tileRows }, (i) => {
          const rows = f.let(i32.sub(blockRows, i));
          computeTile(f, p, { rows, columns, c, cRowStride, accumulate }, ({ packed }, target) => {
            f.call(packed, { a, b, depth, ...target });
          });
          f.increment(a, i32.mul(depth, 4 * tileRows)).increment(c, i32.mul(cRowStride, tileRows));
        });
        f.increment(b, i32.mul(depth, 4 * widest.columns));
      });
    });
  };

  return module.function({ name: "multiplyBlock", parameters: blockProductParameters }, (f, p) => {
    f.if(
      p.direct,
      () => directRows(f, p),
      () => packedRows(f, p),
    );
  });
}

/** The widths of tiles, widest first. */
function tileWidths(wide: boolean): readonly { readonly name: string; readonly vectors: number }[] {
  const widths = [
    { name: "whole", vectors: 2 },
    { name: "half", vectors: 1 },
  ];
  return wide ? [{ name: "double", vectors: 4 }, ...widths] : widths;
}

function offset(pointer: Expression<"i32">, index: Local<"i32">, stride: Local<"i32">): Expression<"i32"> {
  return i32.add(pointer, i32.mul(index, stride));
}
