import { f32x4, i32, v128, type Expression, type FunctionBuilder, type Label, type Local } from "../wasm/index.ts";
import type { FunctionReference, ModuleBuilder, Operand } from "../wasm/index.ts";
import { minimum } from "./arithmetic.ts";
import { depthUnroll, tileColumns, tileRows } from "./blocking.ts";

const packedParameters = { a: "i32", b: "i32", depth: "i32", c: "i32", cRowStride: "i32", accumulate: "i32" } as const;
const directParameters = { ...packedParameters, aRowStride: "i32", aColStride: "i32", rows: "i32" } as const;

export type PackedTile = FunctionReference<typeof packedParameters, null>;
export type DirectTile = FunctionReference<typeof directParameters, null>;

/** `sum + x·y`: rounded once where `relaxed` is set and the processor can, else twice. */
export function multiplyAdd(
  relaxed: boolean,
  x: Expression<"v128">,
  y: Expression<"v128">,
  sum: Expression<"v128">,
): Expression<"v128"> {
  return relaxed ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(sum, f32x4.mul(x, y));
}

/** How a micro kernel is built: how many `rows` it computes, and how many `vectors` of four columns: 1, 2 or 4. */
export interface TileShape {
  readonly rows: number;
  readonly vectors: number;
  readonly relaxed: boolean;
}

/** A micro kernel of the packed product: `tileRows` rows; one vector, two, or the four of two panels of B. */
export interface TileOptions extends Omit<TileShape, "rows"> {
  readonly name: string;
}

/**
 * Defines a micro kernel: the product of a packed panel of A (`tileRows` x `depth`) and the first `vectors` · 4 columns of
 * packed panels of B (`depth` x `tileColumns` each), stored to C or, if `accumulate` is not zero, added to it.
 */
export function definePackedTile(module: ModuleBuilder, { name, ...options }: TileOptions): PackedTile {
  return module.function({ name, parameters: packedParameters }, (f, { a, b, depth, ...target }) => {
    const columns = packedColumns(f, b, depth, options.vectors);
    const sums = emitTile(f, { rows: tileRows, ...options }, packedRows(f, a, tileRows), columns);
    emitTileStore(f, sums, target);
  });
}

/** As {@link definePackedTile}, with A read where it lies. Of the tile's rows `rows` exist; the others repeat the last. */
export function defineDirectTile(module: ModuleBuilder, { name, ...options }: TileOptions): DirectTile {
  return module.function(
    { name, parameters: directParameters },
    (f, { a, b, depth, aRowStride, aColStride, rows, ...target }) => {
      const pointers = Array.from({ length: tileRows }, (_, i) =>
        f.let(i32.add(a, i32.mul(minimum(i32.const(i), i32.sub(rows, 1)), aRowStride))),
      );
      const a5 = directRows(f, pointers, aColStride);
      const columns = packedColumns(f, b, depth, options.vectors);
      emitTileStore(f, emitTile(f, { rows: tileRows, ...options }, a5, columns), target);
    },
  );
}

/** How a micro kernel reads the rows of A along K. */
export interface RowReader {
  /** Any pointer that is a multiple of four. */
  readonly pointer: Local<"i32">;
  /** The element of a row in the current step, in all lanes. */
  load(row: number): Expression<"v128">;
  /** Goes to the next step. */
  next(): void;
}

/** How a micro kernel reads the columns of B along K, and when it is done. */
export interface ColumnReader {
  /** Whether `steps` more steps are to come; asked where no step of a block is pending. */
  readonly unrolled: Expression<"i32">;
  readonly single: Expression<"i32">;
  /** Steps of the unrolled loop. */
  readonly unroll: number;
  /** Four columns of a step of the current block. */
  load(vector: number, step: number): Expression<"v128">;
  /** Goes to the next step. */
  next(): void;
  /** Goes behind a block of so many steps. */
  nextBlock(steps: number): void;
}

/** A panel of A as `definePack` writes it: the elements of a step lie side by side. */
export function packedRows(f: FunctionBuilder, pointer: Local<"i32">, rows: number): RowReader {
  return {
    pointer,
    load: (row) => v128.load32_splat(pointer, 4 * row),
    next: () => f.increment(pointer, 4 * rows),
  };
}

/** Rows of A where they lie. */
export function directRows(f: FunctionBuilder, pointers: readonly Local<"i32">[], stride: Operand<"i32">): RowReader {
  return {
    pointer: pointers[0],
    load: (row) => v128.load32_splat(pointers[row]),
    next: () => pointers.forEach((pointer) => f.increment(pointer, stride)),
  };
}

/** Vectors in a step of a panel of B. */
const panelVectors = tileColumns / 4;

/** A panel of B as `definePack` writes it, or for more vectors than it has two panels side by side. */
export function packedColumns(
  f: FunctionBuilder,
  pointer: Local<"i32">,
  depth: Local<"i32">,
  vectors = panelVectors,
): ColumnReader {
  const stepBytes = 4 * tileColumns;
  const end = f.let(i32.add(pointer, i32.mul(depth, stepBytes)));
  const panels = [pointer];
  if (vectors > panelVectors) panels.push(f.let(end)); // the next panel follows
  const unrolledEnd = f.let(i32.add(pointer, i32.mul(i32.and(depth, -depthUnroll), stepBytes)));
  return {
    unrolled: i32.ne(pointer, unrolledEnd),
    single: i32.ne(pointer, end),
    unroll: depthUnroll,
    load: (vector, step) =>
      v128.load(panels[Math.floor(vector / panelVectors)], step * stepBytes + 16 * (vector % panelVectors)),
    next: () => undefined,
    nextBlock: (steps) => panels.forEach((panel) => f.increment(panel, steps * stepBytes)),
  };
}

/** Appends the sums over K of a tile, and gives them as rows of vectors. */
export function emitTile(f: FunctionBuilder, shape: TileShape, a: RowReader, b: ColumnReader): Local<"v128">[][] {
  const { rows, vectors, relaxed } = shape;
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.let(f32x4.const(0))));
  const step = (number: number, leave: Label): void => {
    const columns = Array.from({ length: vectors }, (_, j) => f.let(b.load(j, number)));
    for (let i = 0; i < rows; i++) {
      const row = f.let(a.load(i));
      columns.forEach((column, j) => f.set(sums[i][j], multiplyAdd(relaxed, row, column, sums[i][j])));
      if (i % 2 === 1 || i === rows - 1) separate(f, a.pointer, i, leave);
    }
    a.next();
    b.next();
  };
  f.block((leave) => {
    f.while(b.unrolled, () => {
      for (let k = 0; k < b.unroll; k++) step(k, leave);
      b.nextBlock(b.unroll);
    });
    f.while(b.single, () => {
      step(0, leave);
      b.nextBlock(1);
    });
  });
  return sums;
}

/** Where a tile goes; `c` is changed. */
type TileTarget = Readonly<Record<"c" | "cRowStride" | "accumulate", Local<"i32">>>;

/** Stores the sums to C or, if `accumulate` is not zero, adds them to it; then `c` points behind the last row. */
export function emitTileStore(
  f: FunctionBuilder,
  sums: readonly (readonly Local<"v128">[])[],
  { c, cRowStride, accumulate }: TileTarget,
): void {
  f.if(accumulate, () => {
    const pointer = f.let(c);
    for (const row of sums) {
      row.forEach((sum, j) => f.set(sum, f32x4.add(v128.load(pointer, 16 * j), sum)));
      f.increment(pointer, cRowStride);
    }
  });
  for (const row of sums) {
    for (let j = row.length - 1; j >= 0; j--) f.store("v128.store", c, row[j], 16 * j);
    f.increment(c, cRowStride);
  }
}

/**
 * Ends a basic block by a branch that is never taken: `pointer` is a multiple of four and the value it is compared with
 * is not. Up to version 22 Node's compiler moves all loads of a basic block to its start, where they need more registers
 * than there are; spilling them halves the speed. The conditions differ, or the compiler would remove all but the first.
 */
function separate(f: FunctionBuilder, pointer: Local<"i32">, row: number, leave: Label): void {
  f.branchIf(leave, i32.eq(pointer, 4 * row + 1));
}
