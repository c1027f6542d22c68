import type { MaxPoolStep, PoolIndexStep, Step } from "@minima/tensor";
import type { StepRunner } from "../program.ts";
import type { Kernel } from "../threads/kernels.ts";
import { call, f32, f32x4, i32, i32x4, select, v128, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { kernelName, type AnchorContext } from "./anchor-context.ts";
import { constantsOf, firstMaxima, firstOfTwoByTwo } from "./four-maxima.ts";
import { sizeOf } from "./lines.ts";
import { poolGeometry, type PoolGeometry } from "./pool-geometry.ts";
import {
  forEachWindow,
  isHalving,
  knownLocal,
  loadFourWindows,
  spanOf,
  tapDistance,
  windowPosition,
  type FourTaps,
} from "./windows.ts";

/** Index of the first maximum of each window in its plane; a NaN counts as maximum. */
export function compilePoolIndex({ attributes, input, output }: PoolIndexStep, context: AnchorContext): StepRunner {
  const geometry = poolGeometry(attributes, input.shape, output.shape);
  const kernel = poolKernel(geometry, "indices", context);
  const parts = context.parts(sizeOf(input.shape), geometry.planes);
  return (addresses) => context.run(kernel, geometry.planes, parts, [addresses[input.slot], addresses[output.slot], 0]);
}

/** The maximum of each window, without its index. */
export function compileMaxima({ attributes, input, output }: MaxPoolStep, context: AnchorContext): StepRunner {
  const geometry = poolGeometry(attributes, input.shape, output.shape);
  const kernel = poolKernel(geometry, "maxima", context);
  const parts = context.parts(sizeOf(input.shape), geometry.planes);
  return (addresses) => {
    const [from, to] = [addresses[input.slot], addresses[output.slot]];
    context.run(kernel, geometry.planes, parts, [from, to, to]);
  };
}

/**
 * Max pooling: the indices, and the elements of the input that they name, which `gather` picks right behind. Null if the
 * second step is not of this kind.
 */
export function compileMaxPool(step: PoolIndexStep, gather: Step, context: AnchorContext): StepRunner | null {
  const { attributes, input, output } = step;
  if (gather.kind !== "gather" || gather.input.slot !== input.slot || gather.index.slot !== output.slot) return null;
  const axes = attributes.window.length;
  const plane = sizeOf(input.shape.slice(-axes));
  const isByPlane = gather.axis === gather.input.shape.length - 1 && gather.input.shape[gather.axis] === plane;
  if (!isByPlane || gather.output.shape[gather.axis] !== sizeOf(output.shape.slice(-axes))) return null;
  const geometry = poolGeometry(attributes, input.shape, output.shape);
  const kernel = poolKernel(geometry, "both", context);
  const parts = context.parts(sizeOf(input.shape), geometry.planes);
  return (addresses) => {
    const operands = [input, output, gather.output].map(({ slot }) => addresses[slot]);
    context.run(kernel, geometry.planes, parts, operands);
  };
}

/** What a kernel stores of each window. */
type Stored = "indices" | "maxima" | "both";

function poolKernel(geometry: PoolGeometry, stored: Stored, context: AnchorContext): Kernel {
  const { planes: _, ...shape } = geometry;
  const key = `poolIndex ${stored} ${JSON.stringify(shape)}`;
  return context.kernel(key, (module) => definePoolIndex(module, geometry, stored));
}

const parameters = { first: "i32", last: "i32", input: "i32", output: "i32", maxima: "i32" } as const;

function definePoolIndex(module: ModuleBuilder, geometry: PoolGeometry, stored: Stored): void {
  const [withIndices, withMaxima] = [stored !== "maxima", stored !== "indices"];
  const { rows, columns } = geometry;
  const [planeSize, windows] = [rows.input * columns.input, rows.output * columns.output];
  const oneMaximum = defineOneMaximum(module, geometry);
  module.function({ name: kernelName, parameters, exported: true }, (f, { first, last, input, output, maxima }) => {
    const constants = constantsOf(f);
    const plane = f.let(i32.add(input, i32.mul(first, 4 * planeSize)));
    const target = f.let(i32.add(output, i32.mul(first, 4 * windows)));
    // From the place of an index to that of the element.
    const toMaxima = f.let(i32.sub(maxima, output));
    f.forRange({ from: first, to: last }, () => {
      const visitOne = (column: Local<"i32">, row: Local<"i32">): void => {
        const best = f.let(call(oneMaximum, { plane, row, column }));
        const place = f.let(i32.add(target, i32.shl(column, 2)));
        if (withIndices) f.store("i32.store", place, best);
        if (!withMaxima) return;
        f.store("f32.store", i32.add(place, toMaxima), f32.load(i32.add(plane, i32.shl(best, 2))));
      };
      forEachWindow(f, geometry, {
        four: (column, row, taps) => {
          const position = windowPosition(f, geometry, row, column);
          const address = f.let(i32.add(plane, i32.shl(position, 2)));
          const load = (tap: FourTaps) => loadFourWindows(f, address, 4 * tapDistance(geometry, tap), columns.stride);
          const isWhole = taps.length === 4 && taps.every(({ lanes }) => !lanes.includes(false));
          const find = isHalving(geometry) && isWhole ? firstOfTwoByTwo : firstMaxima;
          const found = find(f, geometry, taps, load, constants);
          const columnNumber = knownLocal(f, column);
          const place = f.let(i32.add(target, i32.shl(columnNumber, 2)));
          if (withIndices) f.store("v128.store", place, i32x4.add(i32x4.splat(position), found.distances));
          if (withMaxima) f.store("v128.store", i32.add(place, toMaxima), found.maxima);
          // A NaN makes the sum one. So do infinities of both signs, and what lies outside: then it is only slower.
          f.if(v128.any_true(f32x4.ne(found.sum, found.sum)), () => {
            const rowNumber = knownLocal(f, row);
            f.forRange({ from: columnNumber, to: i32.add(columnNumber, 4) }, (each) => visitOne(each, rowNumber));
          });
        },
        one: visitOne,
        endRow: () => void f.increment(target, 4 * columns.output),
      });
      f.increment(plane, 4 * planeSize);
    });
  });
}

/** Defines the function that finds the first maximum of a window at any place. */
function defineOneMaximum(module: ModuleBuilder, { rows, columns }: PoolGeometry) {
  const parameters = { plane: "i32", row: "i32", column: "i32" } as const;
  return module.function({ name: "oneMaximum", parameters, result: "i32" }, (f, { plane, row, column }) => {
    const [rowSpan, columnSpan] = [spanOf(f, rows, row), spanOf(f, columns, column)];
    const [best, held] = [f.let(i32.const(-1)), f.let(f32.const(0))];
    f.forRange({ from: rowSpan.first, to: rowSpan.last }, (tapRow) => {
      const tapColumn = i32.add(columnSpan.start, i32.mul(columnSpan.first, columns.dilation));
      const position = f.let(
        i32.add(i32.mul(i32.add(rowSpan.start, i32.mul(tapRow, rows.dilation)), columns.input), tapColumn),
      );
      f.forRange({ from: columnSpan.first, to: columnSpan.last }, () => {
        const value = f.let(f32.load(i32.add(plane, i32.shl(position, 2))));
        // Neither a held NaN nor a value that is less or equal; a new NaN is neither.
        const isNew = i32.and(f32.eq(held, held), i32.eqz(f32.le(value, held)));
        const wins = f.let(i32.or(i32.lt_s(best, 0), isNew));
        f.set(best, select(wins, position, best)).set(held, select(wins, value, held));
        f.increment(position, columns.dilation);
      });
    });
    return best;
  });
}
