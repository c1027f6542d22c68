import type { CodeOptions } from "../../kernel-options.ts";
import { i32, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import { minimum } from "../../gemm/arithmetic.ts";
import { defineLineProduct } from "../line-product.ts";
import { pieceParameters, threadWorkspace } from "../piece-parameters.ts";
import { correlationFields } from "./correlation-fields.ts";
import { defineTransformPlanes } from "./planes.ts";
import { defineTransformSums } from "./sums.ts";
import { points, sumsOf, transformInput } from "./transforms.ts";
import { tileUnitOf } from "./units.ts";

/**
 * Defines the function that computes the units [`first`, `last`) of a correlation with filters of `taps` x `taps` elements,
 * of which there are `groups` · `units`: for each of the 36 points the product of the transformed filters, `outputs` x
 * `channels`, with the transformed input, `channels` x tiles. They can be handed to any number of threads, each with a
 * workspace of its own; how sums are ordered depends on the shape alone.
 */
export function defineWinogradCorrelate(
  module: ModuleBuilder,
  options: CodeOptions,
  taps: number,
): FunctionReference<typeof pieceParameters, null> {
  const step = sumsOf(taps);
  const planes = { name: "transformInput", step, size: points, transform: transformInput };
  const transformPlanes = defineTransformPlanes(module, planes);
  const multiplyLines = defineLineProduct(module, options);
  const transformSums = defineTransformSums(module, taps);
  return module.function({ name: `winograd${taps}`, parameters: pieceParameters, exported: true }, (f, p) => {
    const { problem, first, last } = p;
    const workspace = threadWorkspace(f, p);
    const w = correlationFields.read(f, problem);
    const inputPlaneBytes = f.let(i32.shl(i32.mul(w.height, w.width), 2));
    const outputPlaneBytes = f.let(i32.shl(i32.mul(w.rows, w.columns), 2));
    f.forRange({ from: first, to: last }, (number) => {
      const group = f.let(i32.div_u(number, w.units));
      const unit = tileUnitOf(f, w, f.let(i32.rem_u(number, w.units)));
      const lines = f.let(i32.add(workspace, w.linesOffset));
      const inputPlane = i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.channels);
      f.call(transformPlanes, {
        ...w,
        source: i32.add(w.input, i32.mul(inputPlane, inputPlaneBytes)),
        planeBytes: inputPlaneBytes,
        imageBytes: i32.mul(i32.mul(w.groups, w.channels), inputPlaneBytes),
        planes: w.channels,
        images: unit.images,
        top: i32.add(w.top, i32.mul(unit.row, step)),
        rows: unit.rows,
        scratch: workspace,
        lines,
        pointBytes: w.linePointBytes,
      });
      const sums = f.let(i32.add(workspace, w.sumsOffset));
      const weights = f.let(i32.add(w.packed, i32.mul(i32.mul(group, w.packedBytes), points * points)));
      const columns = f.let(i32.mul(unit.images, i32.mul(unit.rows, w.tilesAcross)));
      f.forRange({ to: points * points }, () => {
        const line = f.let(lines);
        f.forRange({ to: w.channels, step: w.depthBlock }, (k) => {
          const depth = f.let(minimum(i32.sub(w.channels, k), w.depthBlock));
          f.call(multiplyLines, {
            a: weights,
            aDepth: w.channels,
            k,
            depth,
            rows: w.outputs,
            lines: line,
            pitch: w.pitch,
            columns,
            c: sums,
            cRowStride: w.pitch,
            accumulate: k,
            roomy: 1,
            scratch: 0,
          });
          f.increment(line, i32.mul(depth, w.pitch));
        });
        f.increment(weights, w.packedBytes);
        f.increment(lines, w.linePointBytes).increment(sums, w.sumPointBytes);
      });
      const outputPlane = i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.outputs);
      const target = i32.add(w.output, i32.mul(outputPlane, outputPlaneBytes));
      f.call(transformSums, { problem, workspace, target, ...unit });
    });
  });
}
