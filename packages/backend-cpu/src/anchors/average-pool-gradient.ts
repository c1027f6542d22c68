import { f32, f32x4, i32, shuffle, v128, type FunctionBuilder, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { kernelName } from "./anchor-context.ts";
import { fourDivisors, oneDivisor } from "./pool-divisor.ts";
import type { PoolGeometry } from "./pool-geometry.ts";
import {
  forEachWindow,
  isHalving,
  knownLocal,
  spanOf,
  tapDistance,
  windowPosition,
  type WindowVisitor,
} from "./windows.ts";

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32", line: "i32" } as const;

/**
 * The gradient of an average: each element of the input gets that of its windows, divided by their extent. Rows of windows
 * are visited in order; what a row gives to a column is summed up first, by tap.
 *
 * `line` is room for {@link lineBytes} that no other thread uses.
 */
export function defineAveragePoolGradient(module: ModuleBuilder, geometry: PoolGeometry): void {
  const { rows, columns } = geometry;
  const [planeSize, windows] = [rows.input * columns.input, rows.output * columns.output];
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output, line }) => {
    const gradient = f.let(i32.add(input, i32.mul(first, 4 * windows)));
    const plane = f.let(i32.add(output, i32.mul(first, 4 * planeSize)));
    const halves = isHalving(geometry) && isApart(geometry);
    if (!halves) f.fillMemory(line, 0, lineBytes(geometry));
    f.forRange({ from: first, to: last }, () => {
      f.fillMemory(plane, 0, 4 * planeSize);
      if (halves) {
        forEachWindow(f, geometry, {
          four: spreadFour(f, geometry, plane, gradient),
          one: (column, row) => {
            const value = f32.load(i32.add(gradient, i32.shl(column, 2)));
            spreadOne(f, geometry, plane, row, column, f.let(f32.div(value, oneDivisor(f, geometry, row, column))));
          },
          endRow: () => void f.increment(gradient, 4 * columns.output),
        });
      } else {
        f.forRange({ to: rows.output }, (row) => {
          writeLine(f, geometry, row, gradient, line);
          addLine(f, geometry, row, plane, line);
          f.increment(gradient, 4 * columns.output);
        });
      }
      f.increment(plane, 4 * planeSize);
    });
  });
}

/**
 * Bytes of the line in which the shares of a row of windows stand where the windows begin, with zeros between them and
 * around: element x of the input gets, for each tap, the element `padBefore - tap·dilation` behind x.
 */
export function lineBytes({ columns }: PoolGeometry): number {
  const { input, output, stride, padBefore } = columns;
  return 4 * (marginOf(columns) + Math.max((output - 1) * stride, input + padBefore) + 8);
}

/** Zeros before the first window. */
function marginOf({ window, dilation }: PoolGeometry["columns"]): number {
  return (window - 1) * dilation;
}

/** Writes the shares of a row of windows to where they begin in the line. */
function writeLine(
  f: FunctionBuilder,
  geometry: PoolGeometry,
  row: Local<"i32">,
  gradient: Local<"i32">,
  line: Local<"i32">,
): void {
  const { columns } = geometry;
  const source = f.let(gradient);
  const target = f.let(i32.add(line, 4 * marginOf(columns)));
  f.forRange({ to: columns.output }, (column) => {
    f.store("f32.store", target, f32.div(f32.load(source), oneDivisor(f, geometry, row, column)));
    f.increment(source, 4).increment(target, 4 * columns.stride);
  });
}

/** Sums up what each column gets, and adds it to the rows of the plane that the windows reach. */
function addLine(
  f: FunctionBuilder,
  { rows, columns }: PoolGeometry,
  row: Local<"i32">,
  plane: Local<"i32">,
  line: Local<"i32">,
): void {
  const { start, first, last } = spanOf(f, rows, row);
  const firstRow = i32.add(start, i32.mul(first, rows.dilation));
  const target = f.let(i32.add(plane, i32.mul(firstRow, 4 * columns.input)));
  // Of tap 0; those of the other taps lie before it.
  const source = f.let(i32.add(line, 4 * (marginOf(columns) + columns.padBefore)));
  const forTaps = (add: (at: Local<"i32">) => void): void => {
    const at = f.let(source);
    f.forRange({ to: columns.window - 1 }, () => {
      f.increment(at, -4 * columns.dilation);
      add(at);
    });
  };
  const forRows = (add: (at: Local<"i32">) => void): void => {
    const at = f.let(target);
    f.forRange({ from: first, to: last }, () => {
      add(at);
      f.increment(at, 4 * columns.input * rows.dilation);
    });
  };
  f.forRange({ to: Math.floor(columns.input / 4) }, () => {
    const sum = f.let(v128.load(source));
    forTaps((at) => f.set(sum, f32x4.add(sum, v128.load(at))));
    forRows((at) => f.store("v128.store", at, f32x4.add(v128.load(at), sum)));
    f.increment(source, 16).increment(target, 16);
  });
  f.forRange({ to: columns.input % 4 }, () => {
    const sum = f.let(f32.load(source));
    forTaps((at) => f.set(sum, f32.add(sum, f32.load(at))));
    forRows((at) => f.store("f32.store", at, f32.add(f32.load(at), sum)));
    f.increment(source, 4).increment(target, 4);
  });
}

/** Whether all windows lie inside. */
function isApart({ rows, columns }: PoolGeometry): boolean {
  return [rows, columns].every(({ input, output, padBefore }) => padBefore === 0 && 2 * output <= input);
}

/** Windows of 2 x 2 share no element: values are stored, and being visited twice does no harm. */
function spreadFour(
  f: FunctionBuilder,
  geometry: PoolGeometry,
  plane: Local<"i32">,
  gradient: Local<"i32">,
): WindowVisitor["four"] {
  return (column, row, taps) => {
    const values = v128.load(i32.add(gradient, i32.shl(knownLocal(f, column), 2)));
    const shares = f.let(f32x4.div(values, fourDivisors(geometry, row, column)));
    const address = f.let(i32.add(plane, i32.shl(windowPosition(f, geometry, row, column), 2)));
    for (const tap of taps) {
      if (tap.column > 0) continue;
      const offset = 4 * tapDistance(geometry, tap);
      f.store("v128.store", address, shuffle(shares, shares, [0, 0, 1, 1]), offset);
      f.store("v128.store", address, shuffle(shares, shares, [2, 2, 3, 3]), offset + 16);
    }
  };
}

function spreadOne(
  f: FunctionBuilder,
  { rows, columns }: PoolGeometry,
  plane: Local<"i32">,
  row: Local<"i32">,
  column: Local<"i32">,
  share: Local<"f32">,
): void {
  const [rowSpan, columnSpan] = [spanOf(f, rows, row), spanOf(f, columns, column)];
  const firstColumn = f.let(i32.add(columnSpan.start, i32.mul(columnSpan.first, columns.dilation)));
  f.forRange({ from: rowSpan.first, to: rowSpan.last }, (tapRow) => {
    const inputRow = i32.add(rowSpan.start, i32.mul(tapRow, rows.dilation));
    const address = f.let(i32.add(plane, i32.shl(i32.add(i32.mul(inputRow, columns.input), firstColumn), 2)));
    f.forRange({ from: columnSpan.first, to: columnSpan.last }, () => {
      f.store("f32.store", address, f32.add(f32.load(address), share)).increment(address, 4 * columns.dilation);
    });
  });
}
