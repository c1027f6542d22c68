import type { AveragePoolStep } from "@minima/tensor";
import type { StepRunner } from "../program.ts";
import { f32, f32x4, i32, i32x4, v128, type FunctionBuilder, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { roundUp } from "../gemm/blocking.ts";
import { kernelName, type AnchorContext } from "./anchor-context.ts";
import { defineAveragePoolGradient, lineBytes } from "./average-pool-gradient.ts";
import { sizeOf } from "./lines.ts";
import { fourDivisors, oneDivisor } from "./pool-divisor.ts";
import { poolGeometry, type PoolGeometry } from "./pool-geometry.ts";
import {
  forEachWindow,
  knownLocal,
  loadFourWindows,
  spanOf,
  tapDistance,
  windowPosition,
  type FourTaps,
} from "./windows.ts";

/** Means of windows, or the gradient of what they are taken of. */
export function compileAveragePool({ attributes, input, output }: AveragePoolStep, context: AnchorContext): StepRunner {
  const { mode } = attributes;
  const [wide, pooled] = mode === "forward" ? [input, output] : [output, input];
  const geometry = poolGeometry(attributes, wide.shape, pooled.shape);
  const { planes, ...shape } = geometry;
  const define = mode === "forward" ? defineAveragePool : defineAveragePoolGradient;
  const kernel = context.kernel(`avgPool ${mode} ${JSON.stringify(shape)}`, (module) => define(module, geometry));
  const parts = context.parts(sizeOf(wide.shape), planes);
  if (mode === "forward") {
    return (addresses) => context.run(kernel, planes, parts, [addresses[input.slot], addresses[output.slot]]);
  }
  const workspaceBytes = roundUp(lineBytes(geometry), 64);
  return (addresses) => {
    context.memory.lend(parts * workspaceBytes, (line) => {
      context.run(kernel, planes, parts, [addresses[input.slot], addresses[output.slot], line], workspaceBytes);
    });
  };
}

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32" } as const;

function defineAveragePool(module: ModuleBuilder, geometry: PoolGeometry): void {
  const { rows, columns } = geometry;
  const [planeSize, windows] = [rows.input * columns.input, rows.output * columns.output];
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output }) => {
    const plane = f.let(i32.add(input, i32.mul(first, 4 * planeSize)));
    const target = f.let(i32.add(output, i32.mul(first, 4 * windows)));
    f.forRange({ from: first, to: last }, () => {
      forEachWindow(f, geometry, {
        four: (column, row, taps) => {
          const sum = fourSums(f, geometry, plane, windowPosition(f, geometry, row, column), taps);
          const mean = f32x4.div(sum, fourDivisors(geometry, row, column));
          f.store("v128.store", i32.add(target, i32.shl(knownLocal(f, column), 2)), mean);
        },
        one: (column, row) => {
          const mean = f32.div(oneSum(f, geometry, plane, row, column), oneDivisor(f, geometry, row, column));
          f.store("f32.store", i32.add(target, i32.shl(column, 2)), mean);
        },
        endRow: () => void f.increment(target, 4 * columns.output),
      });
      f.increment(plane, 4 * planeSize);
    });
  });
}

function fourSums(
  f: FunctionBuilder,
  geometry: PoolGeometry,
  plane: Local<"i32">,
  position: Local<"i32">,
  taps: readonly FourTaps[],
): Local<"v128"> {
  const address = f.let(i32.add(plane, i32.shl(position, 2)));
  const sum = f.let(f32x4.const(0));
  for (const tap of taps) {
    const values = loadFourWindows(f, address, 4 * tapDistance(geometry, tap), geometry.columns.stride);
    const mask = i32x4.const(...tap.lanes.map((lane) => (lane ? -1 : 0)));
    f.set(sum, f32x4.add(sum, tap.lanes.includes(false) ? v128.and(values, mask) : values));
  }
  return sum;
}

function oneSum(
  f: FunctionBuilder,
  { rows, columns }: PoolGeometry,
  plane: Local<"i32">,
  row: Local<"i32">,
  column: Local<"i32">,
): Local<"f32"> {
  const [rowSpan, columnSpan] = [spanOf(f, rows, row), spanOf(f, columns, column)];
  const sum = f.let(f32.const(0));
  const firstColumn = f.let(i32.add(columnSpan.start, i32.mul(columnSpan.first, columns.dilation)));
  f.forRange({ from: rowSpan.first, to: rowSpan.last }, (tapRow) => {
    const inputRow = i32.add(rowSpan.start, i32.mul(tapRow, rows.dilation));
    const position = i32.add(i32.mul(inputRow, columns.input), firstColumn);
    const address = f.let(i32.add(plane, i32.shl(position, 2)));
    f.forRange({ from: columnSpan.first, to: columnSpan.last }, () => {
      f.set(sum, f32.add(sum, f32.load(address))).increment(address, 4 * columns.dilation);
    });
  });
  return sum;
}
