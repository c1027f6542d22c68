import { i32, v128, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import type { Fields } from "../fields.ts";
import { tileFields } from "./fields.ts";
import { defineCutPhases } from "./phases.ts";
import { inTwoDimensions, points, sumsOf, transformInput } from "./transforms.ts";

const parameters = {
  problem: "i32",
  workspace: "i32",
  group: "i32",
  image: "i32",
  images: "i32",
  row: "i32",
  rows: "i32",
} as const;

export type TransformUnit = FunctionReference<typeof parameters, null>;

/**
 * Defines the function that transforms the input of a unit: line `point`·channels + channel of 36·channels lines gets one
 * element for each tile, in the order of images, rows and columns.
 */
export function defineTransformInput(
  module: ModuleBuilder,
  fields: Fields<(typeof tileFields)[number]>,
  taps: number,
): TransformUnit {
  const step = sumsOf(taps);
  const cutPhases = defineCutPhases(module, step);
  return module.function({ name: "transformInput", parameters }, (f, { problem, workspace, ...unit }) => {
    const w = fields.read(f, problem);
    const rowBytes = f.let(i32.mul(w.phaseBytes, step));
    const pointBytes = f.let(i32.mul(w.channels, w.pitch));
    const planeBytes = f.let(i32.shl(i32.mul(w.height, w.width), 2));
    const tileRowBytes = f.let(i32.shl(w.tilesAcross, 2));
    const line = f.let(i32.add(workspace, w.linesOffset));
    const top = f.let(i32.add(w.top, i32.mul(unit.row, step)));
    const plane = i32.mul(i32.add(i32.mul(unit.image, w.groups), unit.group), w.channels);
    const source = f.let(i32.add(w.input, i32.mul(plane, planeBytes)));
    const cutRows = f.let(i32.add(i32.mul(unit.rows, step), points - step));
    f.forRange({ to: w.channels }, () => {
      const image = f.let(source);
      const tile = f.let(line);
      f.forRange({ to: unit.images }, () => {
        const { height, width, left, phaseBytes } = w;
        f.call(cutPhases, { source: image, height, width, top, left, target: workspace, rows: cutRows, phaseBytes });
        const patch = f.let(workspace);
        f.forRange({ to: unit.rows }, () => {
          // The last four of a row may spill; what follows puts that right.
          f.forRange({ to: tileRowBytes, step: 16 }, (offset) => {
            const first = f.let(i32.add(patch, offset));
            const pointer = f.let(first);
            const load = (row: number, column: number) => {
              if (row === 0) f.set(pointer, i32.add(first, i32.mul(w.phaseBytes, column % step)));
              else f.increment(pointer, rowBytes);
              return v128.load(pointer, 4 * Math.floor(column / step));
            };
            const target = f.let(i32.add(tile, offset));
            inTwoDimensions(f, points, load, transformInput, (_row, _column, value) => {
              f.store("v128.store", target, value).increment(target, pointBytes);
            });
          });
          f.increment(patch, i32.mul(rowBytes, step)).increment(tile, tileRowBytes);
        });
        f.increment(image, i32.mul(i32.mul(w.groups, w.channels), planeBytes));
      });
      f.increment(source, planeBytes).increment(line, w.pitch);
    });
  });
}
