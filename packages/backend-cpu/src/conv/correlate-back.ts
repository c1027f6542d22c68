import type { CodeOptions } from "../kernel-options.ts";
import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { minimum } from "../gemm/arithmetic.ts";
import { defineFields } from "./fields.ts";
import { defineFoldTaps } from "./fold-taps.ts";
import { defineGatherLines } from "./gather-lines.ts";
import { defineLineProduct } from "./line-product.ts";
import { defineCutPlanes } from "./planes.ts";
import { unitOf } from "./units.ts";
import { windowFields } from "./window-fields.ts";
import { pieceParameters, threadWorkspace } from "./piece-parameters.ts";

/**
 * What `correlateBack` reads from memory. The windows are of one tap over the gradient of y; those of x, which decide
 * where products go, are described by the fields whose names start with `fold`.
 */
export const correlateBackFields = defineFields([
  ...windowFields,
  /** Units of windows that a group has. */
  "units",
  /** Blocks of planes of x, how many planes a block and a group have. */
  "blocks", "blockPlanes", "planes",
  /** Address of the packed filter, and bytes of one block of it. */
  "packed", "packedBytes",
  /** Address of the gradient of x, and extents of its planes. */
  "output", "outputHeight", "outputWidth",
  /** Bytes from row to row of the products in the workspace. */
  "scratchPitch",
  "foldRowStep", "foldColumnStep", "foldTapRows", "foldTapColumns", "foldTapRowStep", "foldTapColumnStep",
  "foldTop", "foldLeft",
]); // prettier-ignore

/**
 * Defines the function that computes the gradient of x the other way round, for small planes: the products of all taps
 * with the gradient of y first, a matrix product without any zeros of padding, and then the sums of those that meet in
 * one element of x. The pieces [`first`, `last`) are blocks of planes of units that hold whole images; there are `groups` ·
 * `units` · `blocks` of them.
 */
export function defineCorrelateBack(
  module: ModuleBuilder,
  options: CodeOptions,
): FunctionReference<typeof pieceParameters, null> {
  const gatherLines = defineGatherLines(module, correlateBackFields, defineCutPlanes(module));
  const multiplyLines = defineLineProduct(module, options);
  const foldTaps = defineFoldTaps(module);
  return module.function({ name: "correlateBack", parameters: pieceParameters, exported: true }, (f, p) => {
    const { problem, first, last } = p;
    const workspace = threadWorkspace(f, p);
    const w = correlateBackFields.read(f, problem);
    const planeBytes = f.let(i32.shl(i32.mul(w.outputHeight, w.outputWidth), 2));
    const taps = f.let(i32.mul(w.foldTapRows, w.foldTapColumns));
    const scratch = f.let(i32.add(workspace, w.scratchOffset));
    const windowBytes = f.let(i32.shl(i32.mul(w.rows, w.columns), 2));
    f.forRange({ from: first, to: last }, (number) => {
      const block = f.let(i32.rem_u(number, w.blocks));
      const rest = f.let(i32.div_u(number, w.blocks));
      const group = f.let(i32.div_u(rest, w.units));
      const unit = unitOf(f, w, group, f.let(i32.rem_u(rest, w.units)));
      const firstPlane = f.let(i32.mul(block, w.blockPlanes));
      const planes = f.let(minimum(i32.sub(w.planes, firstPlane), w.blockPlanes));
      f.forRange({ to: w.depth, step: w.depthBlock }, (k) => {
        const depth = f.let(minimum(i32.sub(w.depth, k), w.depthBlock));
        f.call(gatherLines, { problem, workspace, ...unit, k, depth });
        f.call(multiplyLines, {
          a: i32.add(w.packed, i32.mul(i32.add(i32.mul(group, w.blocks), block), w.packedBytes)),
          aDepth: w.depth,
          k,
          depth,
          rows: i32.mul(planes, taps),
          lines: i32.add(workspace, w.linesOffset),
          pitch: w.pitch,
          columns: i32.mul(unit.images, i32.mul(w.rows, w.columns)),
          c: scratch,
          cRowStride: w.scratchPitch,
          accumulate: k,
          roomy: 1,
          scratch,
        });
      });
      f.forRange({ to: unit.images }, (image) => {
        const imageNumber = i32.add(unit.image, image);
        const planeNumber = i32.add(i32.mul(i32.add(i32.mul(imageNumber, w.groups), group), w.planes), firstPlane);
        const plane = f.let(i32.add(w.output, i32.mul(planeNumber, planeBytes)));
        const source = f.let(i32.add(scratch, i32.mul(image, windowBytes)));
        f.forRange({ to: planes }, () => {
          f.call(foldTaps, {
            source,
            pitch: w.scratchPitch,
            rows: w.rows,
            columns: w.columns,
            rowStep: w.foldRowStep,
            columnStep: w.foldColumnStep,
            tapRows: w.foldTapRows,
            tapColumns: w.foldTapColumns,
            tapRowStep: w.foldTapRowStep,
            tapColumnStep: w.foldTapColumnStep,
            top: w.foldTop,
            left: w.foldLeft,
            plane,
            height: w.outputHeight,
            width: w.outputWidth,
          });
          f.increment(plane, planeBytes).increment(source, i32.mul(taps, w.scratchPitch));
        });
      });
    });
  });
}
