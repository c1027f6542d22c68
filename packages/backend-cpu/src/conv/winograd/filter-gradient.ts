import type { CodeOptions } from "../../kernel-options.ts";
import { i32, type FunctionReference, type ModuleBuilder } from "../../wasm/index.ts";
import { minimum } from "../../gemm/arithmetic.ts";
import { tileColumns } from "../../gemm/blocking.ts";
import { definePack } from "../../gemm/pack.ts";
import { defineGradientProduct } from "../gradient-product.ts";
import { pieceParameters, threadWorkspace } from "../piece-parameters.ts";
import { filterGradientFields } from "./filter-gradient-fields.ts";
import { defineTransformPlanes } from "./planes.ts";
import { points, sumsOf, transformInput, transformWeights } from "./transforms.ts";
import { tileUnitOf } from "./units.ts";

/**
 * Defines the function that computes the sums [`first`, `last`) of the gradient of filters of `taps` x `taps` elements; there
 * are `parts` · `blocks` · `groups` of them. The gradient is a correlation too, with the tiles of the output's gradient as the
 * weights: for each of the 36 points the transformed input of a block of channels times the transposed transformed
 * gradient, `blockChannels` x `outputs`, summed up over the tiles of units. `defineAddGradientParts` makes the filter of the
 * sums. How all is cut depends on the shape alone.
 */
export function defineWinogradFilterGradient(
  module: ModuleBuilder,
  options: CodeOptions,
  taps: number,
): FunctionReference<typeof pieceParameters, null> {
  const step = sumsOf(taps);
  const planes = { step, size: points, transform: transformInput };
  const gradientPlanes = { step, size: step, transform: transformWeights };
  const transformInputs = defineTransformPlanes(module, { name: "transformInput", ...planes });
  const transformGradient = defineTransformPlanes(module, { name: "transformGradient", ...gradientPlanes });
  const packGradient = definePack(module, "packGradient", tileColumns);
  const multiply = defineGradientProduct(module, options);
  const name = `winogradFilterGradient${taps}`;
  return module.function({ name, parameters: pieceParameters, exported: true }, (f, p) => {
    const { problem, first, last } = p;
    const scratch = threadWorkspace(f, p);
    const w = filterGradientFields.read(f, problem);
    const { tilesAcross, pitch } = w;
    const planeBytes = f.let(i32.shl(i32.mul(w.height, w.width), 2));
    const gradientPlaneBytes = f.let(i32.shl(i32.mul(w.rows, w.columns), 2));
    const lines = f.let(i32.add(scratch, w.linesOffset));
    const gradientLines = f.let(i32.add(scratch, w.gradientOffset));
    const packed = f.let(i32.add(scratch, w.packedOffset));
    f.forRange({ from: first, to: last }, (number) => {
      const group = f.let(i32.rem_u(number, w.groups));
      const rest = f.let(i32.div_u(number, w.groups));
      const channel = f.let(i32.mul(i32.rem_u(rest, w.blocks), w.blockChannels));
      const channels = f.let(minimum(i32.sub(w.channels, channel), w.blockChannels));
      const part = f.let(i32.div_u(rest, w.blocks));
      const firstUnit = f.let(i32.div_u(i32.mul(part, w.units), w.parts));
      const lastUnit = i32.div_u(i32.mul(i32.add(part, 1), w.units), w.parts);
      const row = i32.add(i32.mul(group, w.channels), channel);
      const sums = f.let(i32.add(i32.add(w.sums, i32.mul(part, w.partBytes)), i32.mul(row, w.sumsPitch)));
      f.forRange({ from: firstUnit, to: lastUnit }, (unitNumber) => {
        const unit = tileUnitOf(f, w, unitNumber);
        const { images, rows } = unit;
        const firstRow = f.let(i32.mul(unit.row, step));
        const plane = i32.add(i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.channels), channel);
        const gradientPlane = i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.outputs);
        f.call(transformInputs, {
          ...w,
          source: i32.add(w.input, i32.mul(plane, planeBytes)),
          planeBytes,
          imageBytes: i32.mul(i32.mul(w.groups, w.channels), planeBytes),
          planes: channels,
          images,
          top: i32.add(w.top, firstRow),
          rows,
          scratch,
          lines,
          pointBytes: w.linePointBytes,
        });
        f.call(transformGradient, {
          ...w,
          source: i32.add(w.gradient, i32.mul(gradientPlane, gradientPlaneBytes)),
          planeBytes: gradientPlaneBytes,
          imageBytes: i32.mul(i32.mul(w.groups, w.outputs), gradientPlaneBytes),
          planes: w.outputs,
          images,
          height: w.rows,
          width: w.columns,
          top: firstRow,
          left: 0,
          rows,
          scratch,
          lines: gradientLines,
          pointBytes: w.gradientPointBytes,
        });
        const depth = f.let(i32.mul(images, i32.mul(rows, tilesAcross)));
        const accumulate = f.let(i32.ne(unitNumber, firstUnit));
        const [a, source, c] = [f.let(lines), f.let(gradientLines), f.let(sums)];
        f.forRange({ to: points * points }, () => {
          const panelBytes = i32.mul(depth, 4 * tileColumns);
          const lanes = { laneStride: pitch, depthStride: 4, lanes: w.outputs };
          f.call(packGradient, { source, ...lanes, depth, target: packed, panelBytes });
          const target = { c, cRowStride: w.sumsPitch, accumulate };
          f.call(multiply, { lines: a, pitch, rows: channels, depth, packed, columns: w.outputs, ...target });
          f.increment(a, w.linePointBytes).increment(source, w.gradientPointBytes);
          f.increment(c, w.sumPointBytes);
        });
      });
    });
  });
}
