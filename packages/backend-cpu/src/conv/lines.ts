import {
  i32,
  v128,
  type Expression,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
  type ModuleBuilder,
} from "../wasm/index.ts";

const parameters = {
  source: "i32",
  channelBytes: "i32",
  tapRows: "i32",
  tapColumns: "i32",
  tapRowBytes: "i32",
  tapColumnBytes: "i32",
  firstTap: "i32",
  depth: "i32",
  rows: "i32",
  columns: "i32",
  rowBytes: "i32",
  columnBytes: "i32",
  target: "i32",
  pitch: "i32",
} as const;

export type WriteLines = FunctionReference<typeof parameters, null>;

/** Vectors copied at a time by straight code. */
const unroll = 8;

/**
 * Defines the function that writes `depth` lines, one for each k = (channel, tap row, tap column) from (0, `firstTap`)
 * on: the elements that the windows of `rows` x `columns` have at this tap, row after row without gaps. Lines are
 * `pitch` bytes apart and need room for 16 elements more than they have; up to three of these are written.
 *
 * Lines are the rows of the matrix that a convolution multiplies its filter with. As the micro kernel takes any distance
 * between them, they need not be packed into panels, and copying rows is all there is to do.
 */
export function defineWriteLines(module: ModuleBuilder): WriteLines {
  return module.function({ name: "writeLines", parameters }, (f, p) => {
    const targetRowBytes = f.let(i32.shl(p.columns, 2));
    const vectors = f.let(i32.shr_u(i32.add(p.columns, 3), 2));
    const row = f.let(i32.div_u(p.firstTap, p.tapColumns));
    const column = f.let(i32.rem_u(p.firstTap, p.tapColumns));
    const tap = f.let(i32.add(i32.mul(row, p.tapRowBytes), i32.mul(column, p.tapColumnBytes)));
    const lineEnd = f.let(i32.add(p.target, i32.mul(p.depth, p.pitch)));
    f.while(i32.ne(p.target, lineEnd), () => {
      const source = f.let(i32.add(p.source, tap));
      const copy = { target: p.target, source, rows: p.rows, rowBytes: p.rowBytes, targetRowBytes };
      f.if(
        i32.eq(p.columnBytes, 4),
        () => copyRows(f, { ...copy, vectors }),
        () => gatherRows(f, { ...copy, columns: p.columns, columnBytes: p.columnBytes }),
      );
      // The next tap.
      f.increment(column, 1).increment(tap, p.tapColumnBytes);
      f.if(i32.eq(column, p.tapColumns), () => {
        f.set(column, 0).increment(row, 1).set(tap, i32.mul(row, p.tapRowBytes));
        f.if(i32.eq(row, p.tapRows), () => {
          f.set(row, 0).set(tap, 0).increment(p.source, p.channelBytes);
        });
      });
      f.increment(p.target, p.pitch);
    });
  });
}

type Rows = Readonly<Record<"target" | "source" | "rows" | "rowBytes" | "targetRowBytes", Local<"i32">>>;

/**
 * Rows of adjacent elements. What a row spills over its end the next row writes again; of wide rows the right part comes
 * first for the same reason.
 */
function copyRows(f: FunctionBuilder, { vectors, ...p }: Rows & { vectors: Local<"i32"> }): void {
  const strip = (count: number, offset: Expression<"i32">): void => {
    const [from, to] = [f.let(i32.add(p.source, offset)), f.let(i32.add(p.target, offset))];
    f.forRange({ to: p.rows }, () => {
      for (let i = 0; i < count; i++) f.store("v128.store", to, v128.load(from, 16 * i), 16 * i);
      f.increment(from, p.rowBytes).increment(to, p.targetRowBytes);
    });
  };
  const rest = f.let(i32.and(vectors, unroll - 1));
  const offset = f.let(i32.shl(i32.sub(vectors, rest), 4));
  for (let count = 1; count < unroll; count++) f.if(i32.eq(rest, count), () => strip(count, offset));
  f.while(offset, () => {
    f.increment(offset, -16 * unroll);
    strip(unroll, offset);
  });
}

/** Rows of elements at a distance. */
function gatherRows(f: FunctionBuilder, p: Rows & { columns: Local<"i32">; columnBytes: Local<"i32"> }): void {
  const [source, target] = [f.let(p.source), f.let(p.target)];
  f.forRange({ to: p.rows }, () => {
    const [from, to] = [f.let(source), f.let(target)];
    f.forRange({ to: i32.shr_u(p.columns, 2) }, () => {
      const vector = f.let(v128.load32_zero(from));
      for (let lane = 1; lane < 4; lane++) {
        f.increment(from, p.columnBytes).set(vector, v128.load32_lane(lane, from, vector));
      }
      f.increment(from, p.columnBytes).store("v128.store", to, vector).increment(to, 16);
    });
    f.forRange({ to: i32.and(p.columns, 3) }, () => {
      f.store("i32.store", to, i32.load(from));
      f.increment(from, p.columnBytes).increment(to, 4);
    });
    f.increment(source, p.rowBytes).increment(target, p.targetRowBytes);
  });
}
