import {
  i32,
  type Expression,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
  type Operand,
} from "../wasm/index.ts";
import { minimum } from "./arithmetic.ts";
import {
  columnBlock,
  forDepthBlocks,
  maximumDirectColumns,
  maximumDirectDepth,
  rowBlock,
  tileColumns,
  tileRows,
  workspaceLayout,
} from "./blocking.ts";
import { defineDirectTile, definePackedTile } from "./micro-kernel.ts";
import { definePack } from "./pack.ts";
import { definePartialTileStore } from "./partial-tile.ts";

type MatrixNames = "a" | "aRowStride" | "aColStride" | "b" | "bRowStride" | "bColStride" | "c" | "cRowStride";
/** The arguments of `gemm`, with an aligned workspace. */
export type Inputs = Readonly<Record<"m" | "n" | "k" | "accumulate" | "workspace" | MatrixNames, Local<"i32">>>;

/** Where a tile goes. */
interface Target {
  readonly c: Operand<"i32">;
  readonly cRowStride: Operand<"i32">;
  readonly accumulate: Operand<"i32">;
}

/** Defines the functions of the packed product and returns an emitter of its loops. */
export function defineBlocks(module: ModuleBuilder, relaxed: boolean): (f: FunctionBuilder, p: Inputs) => void {
  const packRows = definePack(module, "packRows", tileRows);
  const packColumns = definePack(module, "packColumns", tileColumns);
  const packedTile = definePackedTile(module, { name: "tile", vectors: 2, relaxed });
  const narrowPackedTile = definePackedTile(module, { name: "narrowTile", vectors: 1, relaxed });
  const directTile = defineDirectTile(module, { name: "directTile", vectors: 2, relaxed });
  const narrowDirectTile = defineDirectTile(module, { name: "narrowDirectTile", vectors: 1, relaxed });
  const storePartialTile = definePartialTileStore(module);

  /** Computes one tile: to C if it lies inside, else to the scratch memory and from there the part that does. */
  const computeTile = (
    f: FunctionBuilder,
    p: Inputs,
    { rows, columns, ...target }: Target & { rows: Local<"i32">; columns: Local<"i32"> },
    compute: (width: "wide" | "narrow", target: Target) => void,
  ): void => {
    f.if(
      i32.and(i32.ge_s(rows, tileRows), i32.ge_s(columns, tileColumns)),
      () => compute("wide", target),
      () => {
        const scratch = f.let(i32.add(p.workspace, workspaceLayout.scratch));
        const whole = { c: scratch, cRowStride: 4 * tileColumns, accumulate: 0 };
        f.if(
          i32.gt_s(columns, tileColumns / 2),
          () => compute("wide", whole),
          () => compute("narrow", whole),
        );
        const inside = { rows: minimum(rows, tileRows), columns: minimum(columns, tileColumns) };
        f.call(storePartialTile, { tile: scratch, ...inside, ...target });
      },
    );
  };

  /** For few columns or steps: each five rows of A are read where they lie, by all panels of B. */
  const directRows = (f: FunctionBuilder, p: Inputs, block: Block): void => {
    const a = f.let(offset(p.a, block.k, p.aColStride));
    const cRow = f.let(block.c);
    f.forRange({ to: p.m, step: tileRows }, (i) => {
      const rows = f.let(i32.sub(p.m, i));
      const b = f.let(block.packedB);
      f.forRange({ to: block.columns, step: tileColumns }, (j) => {
        const columns = f.let(i32.sub(block.columns, j));
        const c = f.let(i32.add(cRow, i32.shl(j, 2)));
        const { cRowStride } = p;
        computeTile(f, p, { rows, columns, c, cRowStride, accumulate: block.accumulate }, (width, target) => {
          const tile = width === "wide" ? directTile : narrowDirectTile;
          const { aRowStride, aColStride } = p;
          f.call(tile, { a, aRowStride, aColStride, rows: minimum(rows, tileRows), b, depth: block.depth, ...target });
        });
        f.increment(b, i32.mul(block.depth, 4 * tileColumns));
      });
      f.increment(a, i32.mul(p.aRowStride, tileRows)).increment(cRow, i32.mul(p.cRowStride, tileRows));
    });
  };

  /** Packs blocks of rows of A; a panel of B stays in the first-level cache while all panels of A pass by. */
  const packedRows = (f: FunctionBuilder, p: Inputs, block: Block): void => {
    const packedA = f.let(i32.add(p.workspace, workspaceLayout.packedA));
    f.forRange({ to: p.m, step: rowBlock }, (start) => {
      const blockRows = f.let(minimum(i32.sub(p.m, start), rowBlock));
      f.call(packRows, {
        source: offset(offset(p.a, start, p.aRowStride), block.k, p.aColStride),
        laneStride: p.aRowStride,
        depthStride: p.aColStride,
        lanes: blockRows,
        depth: block.depth,
        target: packedA,
        panelBytes: i32.mul(block.depth, 4 * tileRows),
      });
      const b = f.let(block.packedB);
      f.forRange({ to: block.columns, step: tileColumns }, (j) => {
        const columns = f.let(i32.sub(block.columns, j));
        const a = f.let(packedA);
        const c = f.let(i32.add(offset(block.c, start, p.cRowStride), i32.shl(j, 2)));
        f.forRange({ to: blockRows, step: tileRows }, (i) => {
          const rows = f.let(i32.sub(blockRows, i));
          const { cRowStride } = p;
          computeTile(f, p, { rows, columns, c, cRowStride, accumulate: block.accumulate }, (width, target) => {
            f.call(width === "wide" ? packedTile : narrowPackedTile, { a, b, depth: block.depth, ...target });
          });
          f.increment(a, i32.mul(block.depth, 4 * tileRows)).increment(c, i32.mul(p.cRowStride, tileRows));
        });
        f.increment(b, i32.mul(block.depth, 4 * tileColumns));
      });
    });
  };

  return (f, p) => {
    const packedB = f.let(i32.add(p.workspace, workspaceLayout.packedB));
    f.forRange({ to: p.n, step: columnBlock }, (start) => {
      const columns = f.let(minimum(i32.sub(p.n, start), columnBlock));
      const c = f.let(i32.add(p.c, i32.shl(start, 2)));
      forDepthBlocks(f, p.k, (k, depth) => {
        f.call(packColumns, {
          source: offset(offset(p.b, k, p.bRowStride), start, p.bColStride),
          laneStride: p.bColStride,
          depthStride: p.bRowStride,
          lanes: columns,
          depth,
          target: packedB,
          panelBytes: i32.mul(depth, 4 * tileColumns),
        });
        const block = { k, depth, columns, packedB, c, accumulate: f.let(i32.or(p.accumulate, k)) };
        f.if(
          i32.or(i32.le_s(p.n, maximumDirectColumns), i32.le_s(p.k, maximumDirectDepth)),
          () => directRows(f, p, block),
          () => packedRows(f, p, block),
        );
      });
    });
  };
}

/** A block of K and of columns: its first `k` and `depth`, its `columns`, packed B and the first column of C. */
type Block = Readonly<Record<"k" | "depth" | "columns" | "packedB" | "c" | "accumulate", Local<"i32">>>;

function offset(pointer: Expression<"i32">, index: Local<"i32">, stride: Local<"i32">): Expression<"i32"> {
  return i32.add(pointer, i32.mul(index, stride));
}
