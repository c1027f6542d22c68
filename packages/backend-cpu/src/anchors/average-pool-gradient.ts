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

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32" } as const;

/**
 * The gradient of an average: each element of the input gets that of its windows, divided by their extent. Windows are
 * visited in order, so each sum is made in the order of its windows.
 */
export function defineAveragePoolGradient(module: ModuleBuilder, geometry: PoolGeometry): void {
  const { rows, columns } = geometry;
  const [planeSize, windows] = [rows.input * columns.input, rows.output * columns.output];
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output }) => {
    const gradient = f.let(i32.add(input, i32.mul(first, 4 * windows)));
    const plane = f.let(i32.add(output, i32.mul(first, 4 * planeSize)));
    f.forRange({ from: first, to: last }, () => {
      f.fillMemory(plane, 0, 4 * planeSize);
      forEachWindow(f, geometry, {
        four: isHalving(geometry) && isApart(geometry) ? spreadFour(f, geometry, plane, gradient) : null,
        one: (column, row) => {
          const value = f32.load(i32.add(gradient, i32.shl(column, 2)));
          const share = f.let(f32.div(value, oneDivisor(f, geometry, row, column)));
          spreadOne(f, geometry, plane, row, column, share);
        },
        endRow: () => void f.increment(gradient, 4 * columns.output),
      });
      f.increment(plane, 4 * planeSize);
    });
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
