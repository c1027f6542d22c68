import type { CodeOptions } from "../kernel-options.ts";
import { i32, type FunctionReference, type Local, type ModuleBuilder } from "../wasm/index.ts";
import { minimum } from "../gemm/arithmetic.ts";
import { tileColumns } from "../gemm/blocking.ts";
import { definePack } from "../gemm/pack.ts";
import { defineDotLines } from "./dot-lines.ts";
import { defineFields } from "./fields.ts";
import { defineGatherLines } from "./gather-lines.ts";
import { defineGradientProduct } from "./gradient-product.ts";
import { defineCutPlanes } from "./planes.ts";
import { fewestRows } from "./row-panels.ts";
import { unitOf } from "./units.ts";
import { windowFields } from "./window-fields.ts";
import { pieceParameters, threadWorkspace } from "./piece-parameters.ts";

/** What `filterGradient` reads from memory. */
export const filterGradientFields = defineFields([
  ...windowFields,
  /** Output planes of a group. */
  "outputs",
  /** Address of the gradient of the output. */
  "gradient",
  /** Units of windows that a group has, and into how many parts they are cut. */
  "units", "parts",
  /** Blocks of lines. */
  "blocks",
  /** Where sums go: address, bytes of a row, of a block and of a part. */
  "sums", "sumsPitch", "blockBytes", "partBytes",
]); // prettier-ignore

export type FilterGradientProblem = ReturnType<typeof filterGradientFields.read>;

/**
 * Defines the function that computes the sums [`first`, `last`) of a filter's gradient; there are `parts` · `blocks` ·
 * `groups` of them, each a matrix with a row for each line of a block and a column for each output plane. They can be
 * handed to any number of threads, each with a workspace of its own.
 *
 * The sum over all windows runs in units (see `unitOf`): each is a product of lines with the transposed gradient of the
 * output (or with one or two output planes: dot products), summed up from zero and added to those before it. Units are divided among `parts`, whose sums `addParts` then
 * adds in order. All of this depends on the shape alone.
 */
export function defineFilterGradient(
  module: ModuleBuilder,
  options: CodeOptions,
): FunctionReference<typeof pieceParameters, null> {
  const gatherLines = defineGatherLines(module, filterGradientFields, defineCutPlanes(module));
  const packGradient = definePack(module, "packGradient", tileColumns);
  const dotLines = defineDotLines(module, options.relaxed);
  const multiply = defineGradientProduct(module, options);
  return module.function({ name: "filterGradient", parameters: pieceParameters, exported: true }, (f, p) => {
    const { problem, first, last } = p;
    const workspace = threadWorkspace(f, p);
    const w = filterGradientFields.read(f, problem);
    const planeBytes = f.let(i32.shl(i32.mul(w.rows, w.columns), 2));
    const packed = f.let(i32.add(workspace, w.scratchOffset));
    f.forRange({ from: first, to: last }, (number) => {
      const group = f.let(i32.rem_u(number, w.groups));
      const rest = f.let(i32.div_u(number, w.groups));
      const block = f.let(i32.rem_u(rest, w.blocks));
      const part = f.let(i32.div_u(rest, w.blocks));
      const k = f.let(i32.mul(block, w.depthBlock));
      const depth = f.let(minimum(i32.sub(w.depth, k), w.depthBlock));
      const sums = f.let(sumsOf(w, part, group, block));
      const firstUnit = f.let(i32.div_u(i32.mul(part, w.units), w.parts));
      const lastUnit = i32.div_u(i32.mul(i32.add(part, 1), w.units), w.parts);
      f.forRange({ from: firstUnit, to: lastUnit }, (unitNumber) => {
        const unit = unitOf(f, w, group, unitNumber);
        const windows = f.let(i32.mul(unit.rows, unit.columns));
        const all = f.let(i32.mul(windows, unit.images));
        const plane = i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.outputs);
        const start = i32.shl(i32.add(i32.mul(unit.row, w.columns), unit.column), 2);
        const source = f.let(i32.add(i32.add(w.gradient, i32.mul(plane, planeBytes)), start));
        f.call(gatherLines, { problem, workspace, ...unit, k, depth });
        const lines = f.let(i32.add(workspace, w.linesOffset));
        const accumulate = f.let(i32.ne(unitNumber, firstUnit));
        f.if(
          i32.lt_s(w.outputs, fewestRows),
          () => {
            f.forRange({ to: w.outputs }, (output) => {
              const vector = i32.add(source, i32.mul(output, planeBytes));
              const target = i32.add(sums, i32.shl(output, 2));
              const common = { lines, pitch: w.pitch, rows: depth, targetBytes: w.sumsPitch, accumulate };
              f.call(dotLines, { ...common, vector, depth: windows, target });
            });
          },
          () => {
            const target = f.let(packed);
            f.forRange({ to: unit.images }, () => {
              const lanes = { laneStride: planeBytes, depthStride: 4, lanes: w.outputs };
              const panelBytes = i32.mul(all, 4 * tileColumns);
              f.call(packGradient, { source, ...lanes, depth: windows, target, panelBytes });
              f.increment(source, i32.mul(i32.mul(w.groups, w.outputs), planeBytes));
              f.increment(target, i32.mul(windows, 4 * tileColumns));
            });
            const common = { lines, pitch: w.pitch, rows: depth, accumulate };
            f.call(multiply, { ...common, depth: all, packed, columns: w.outputs, c: sums, cRowStride: w.sumsPitch });
          },
        );
      });
    });
  });
}

/** Address of the sums of a part, a group and a block of lines. */
export function sumsOf(w: FilterGradientProblem, part: Local<"i32">, group: Local<"i32">, block: Local<"i32">) {
  const blockNumber = i32.add(i32.mul(group, w.blocks), block);
  return i32.add(w.sums, i32.add(i32.mul(part, w.partBytes), i32.mul(blockNumber, w.blockBytes)));
}
