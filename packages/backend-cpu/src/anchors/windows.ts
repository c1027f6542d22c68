import { maximum, minimum } from "../gemm/arithmetic.ts";
import { i32, shuffle, v128, type Expression, type FunctionBuilder, type Local } from "../wasm/index.ts";
import { tapsInside, wholeWindows, type PoolGeometry, type Sliding } from "./pool-geometry.ts";

/** Most taps that are written out one by one, most vectors of a row, and most rows near the edges. */
const mostUnrolledTaps = 64;
const mostUnrolledVectors = 8;
const mostUnrolledRows = 6;
/** Elements behind the input that may be read. */
const mostReadBehind = 3;

/** A number known when the code is written, or when it runs. */
export type Known = number | Local<"i32">;

export function knownLocal(f: FunctionBuilder, known: Known): Local<"i32"> {
  return typeof known === "number" ? f.let(i32.const(known)) : known;
}

/** A tap of four windows side by side, and in which of them it lies inside of the input: in one at least. */
export interface FourTaps {
  readonly row: number;
  readonly column: number;
  readonly lanes: readonly boolean[];
}

export interface WindowVisitor {
  /** Four windows from `column` on, with all taps that lie inside, row after row. They are visited twice if it need be. */
  four: ((column: Known, row: Known, taps: readonly FourTaps[]) => void) | null;
  /** One window at any place. */
  one(column: Local<"i32">, row: Local<"i32">): void;
  /** After a row of windows. */
  endRow(): void;
}

/** Appends loops over all windows of a plane, row after row. */
export function forEachWindow(f: FunctionBuilder, { rows, columns }: PoolGeometry, visitor: WindowVisitor): void {
  const whole = wholeWindows(rows);
  const four = canTakeFour({ rows, columns }, whole) ? visitor.four : null;
  const visit = (row: Known, first: number, last: number): void => {
    if (four === null) {
      const number = knownLocal(f, row);
      f.forRange({ to: columns.output }, (column) => visitor.one(column, number));
    } else {
      visitFours(f, columns, (column, lanes) => four(column, row, fourTaps(columns, column, lanes, first, last)));
    }
    visitor.endRow();
  };
  const edge = (from: number, to: number): void => {
    for (let row = from; row < to; row++) visit(row, tapsInside(rows, row).first, tapsInside(rows, row).last);
  };
  if (four === null) {
    f.forRange({ to: rows.output }, (row) => visit(row, 0, 0));
    return;
  }
  edge(0, whole.first);
  f.forRange({ from: whole.first, to: whole.last }, (row) => visit(row, 0, rows.window));
  edge(whole.last, rows.output);
}

/** Whether code of its own for each tap, each vector and each row near an edge is worth it, and within bounds. */
function canTakeFour(
  { rows, columns }: Pick<PoolGeometry, "rows" | "columns">,
  whole: { first: number; last: number },
) {
  const { input, output, window, stride, dilation, padBefore } = columns;
  const furthest = (output - 1) * stride - padBefore + (window - 1) * dilation + (stride === 2 ? 1 : 0);
  const edges = rows.output - (whole.last - whole.first);
  const isSmall = window * rows.window <= mostUnrolledTaps && edges <= mostUnrolledRows;
  return output >= 4 && isSmall && furthest - (input - 1) <= mostReadBehind;
}

/** Columns 0, 4, 8, … and the last four of a row. Those near its ends are known; `wholeLanes` means that no edge is near. */
function visitFours(f: FunctionBuilder, columns: Sliding, visit: (column: Known, wholeLanes: boolean) => void): void {
  const { output } = columns;
  const starts = Array.from({ length: Math.ceil(output / 4) }, (_, i) => Math.min(4 * i, output - 4));
  const whole = wholeWindows(columns);
  const middle = starts.filter((start) => start % 4 === 0 && start >= whole.first && start + 4 <= whole.last);
  if (starts.length <= mostUnrolledVectors || middle.length === 0) {
    for (const start of starts) visit(start, false);
    return;
  }
  const [first, last] = [middle[0], middle[middle.length - 1]];
  for (const start of starts) if (start < first) visit(start, false);
  f.forRange({ from: first, to: last + 4, step: 4 }, (column) => visit(column, true));
  for (const start of starts) if (start > last) visit(start, false);
}

function fourTaps(columns: Sliding, column: Known, wholeLanes: boolean, firstRow: number, lastRow: number): FourTaps[] {
  const spans = [0, 1, 2, 3].map((lane) =>
    wholeLanes || typeof column !== "number" ? { first: 0, last: columns.window } : tapsInside(columns, column + lane),
  );
  const taps: FourTaps[] = [];
  for (let row = firstRow; row < lastRow; row++) {
    for (let tap = 0; tap < columns.window; tap++) {
      const lanes = spans.map(({ first, last }) => tap >= first && tap < last);
      if (lanes.includes(true)) taps.push({ row, column: tap, lanes });
    }
  }
  return taps;
}

/** Whether windows of two by two elements lie side by side. */
export function isHalving({ rows, columns }: PoolGeometry): boolean {
  return [rows, columns].every(({ window, stride, dilation }) => window === 2 && stride === 2 && dilation === 1);
}

/** The position in its plane of tap (0, 0) of a window; it may lie outside. */
export function windowPosition(
  f: FunctionBuilder,
  { rows, columns }: PoolGeometry,
  row: Known,
  column: Known,
): Local<"i32"> {
  const along = ({ stride, padBefore }: Sliding, index: Known): Expression<"i32"> =>
    typeof index === "number" ? i32.const(index * stride - padBefore) : i32.sub(i32.mul(index, stride), padBefore);
  return f.let(i32.add(i32.mul(along(rows, row), columns.input), along(columns, column)));
}

/** How far a tap is from tap (0, 0), in elements. */
export function tapDistance({ rows, columns }: PoolGeometry, tap: Pick<FourTaps, "row" | "column">): number {
  return tap.row * rows.dilation * columns.input + tap.column * columns.dilation;
}

/** One tap of four windows side by side: four elements `stride` apart. */
export function loadFourWindows(
  f: FunctionBuilder,
  address: Local<"i32">,
  offset: number,
  stride: number,
): Local<"v128"> {
  if (stride === 1) return f.let(v128.load(address, offset));
  if (stride === 2) return f.let(shuffle(v128.load(address, offset), v128.load(address, offset + 16), [0, 2, 4, 6]));
  const values = f.let(v128.load32_zero(address, offset));
  for (let lane = 1; lane < 4; lane++) {
    f.set(values, v128.load32_lane(lane, address, values, offset + 4 * stride * lane));
  }
  return values;
}

/** The taps [first, last) of any window along one axis, and the position of tap 0. */
export function spanOf(f: FunctionBuilder, axis: Sliding, index: Local<"i32">) {
  const { input, window, stride, dilation, padBefore } = axis;
  const start = f.let(i32.sub(i32.mul(index, stride), padBefore));
  const upTo = (distance: Expression<"i32">): Local<"i32"> => {
    const positive = f.let(distance);
    return f.let(i32.div_u(i32.add(maximum(positive, 0), dilation - 1), dilation));
  };
  const first = f.let(minimum(upTo(i32.sub(0, start)), window));
  const last = f.let(minimum(upTo(i32.sub(input, start)), window));
  f.set(last, maximum(last, first));
  return { start, first, last };
}
