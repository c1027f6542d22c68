import type { CodeOptions } from "../kernel-options.ts";
import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { minimum } from "../gemm/arithmetic.ts";
import { correlationFields } from "./correlation-fields.ts";
import { defineGatherLines } from "./gather-lines.ts";
import { defineLineProduct } from "./line-product.ts";
import { defineCutPlanes } from "./planes.ts";
import { firstElement, spreadResults } from "./spread.ts";
import { unitOf } from "./units.ts";
import { pieceParameters, threadWorkspace } from "./piece-parameters.ts";

/**
 * Defines the function that computes the units [`first`, `last`) of a correlation, of which there are `groups` · `units`.
 * They can be handed to any number of threads, each with a workspace of its own.
 *
 * The filter is a matrix, `outputs` x `depth`, and its product with the lines of a unit the result: a matrix product
 * whose right operand is written, block by block, when it is needed. The sums run over k in blocks of `depthBlock`, each
 * from zero, added to the output in order; so bits depend on the shape alone.
 */
export function defineCorrelate(
  module: ModuleBuilder,
  options: CodeOptions,
): FunctionReference<typeof pieceParameters, null> {
  const gatherLines = defineGatherLines(module, correlationFields, defineCutPlanes(module));
  const multiplyLines = defineLineProduct(module, options);
  return module.function({ name: "correlate", parameters: pieceParameters, exported: true }, (f, p) => {
    const { problem, first, last } = p;
    const workspace = threadWorkspace(f, p);
    const w = correlationFields.read(f, problem);
    const planeBytes = f.let(i32.shl(i32.mul(w.outputHeight, w.outputWidth), 2));
    const imageBytes = f.let(i32.mul(i32.mul(w.groups, w.outputs), planeBytes));
    const scratch = f.let(i32.add(workspace, w.scratchOffset));
    f.forRange({ from: first, to: last }, (number) => {
      const group = f.let(i32.div_u(number, w.units));
      const unit = unitOf(f, w, group, f.let(i32.rem_u(number, w.units)));
      const plane = i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.outputs);
      const target = f.let(i32.add(i32.add(w.output, i32.mul(plane, planeBytes)), firstElement(w, unit)));
      const [c, cRowStride] = [f.let(scratch), f.let(w.scratchPitch)];
      f.if(w.inPlace, () => void f.set(c, target).set(cRowStride, planeBytes));
      f.forRange({ to: w.depth, step: w.depthBlock }, (k) => {
        const depth = f.let(minimum(i32.sub(w.depth, k), w.depthBlock));
        f.call(gatherLines, { problem, workspace, ...unit, k, depth });
        f.call(multiplyLines, {
          a: i32.add(w.packed, i32.mul(group, w.packedBytes)),
          aDepth: w.depth,
          k,
          depth,
          rows: w.outputs,
          lines: i32.add(workspace, w.linesOffset),
          pitch: w.pitch,
          columns: i32.mul(unit.images, i32.mul(unit.rows, unit.columns)),
          c,
          cRowStride,
          accumulate: k,
          roomy: i32.eqz(w.inPlace),
          scratch,
        });
      });
      f.if(i32.eqz(w.inPlace), () => {
        const source = f.let(scratch);
        const rowBytes = f.let(i32.shl(unit.columns, 2));
        f.forRange({ to: unit.images }, () => {
          spreadResults(f, w, unit, { source, rowBytes, target, planeBytes });
          f.increment(target, imageBytes).increment(source, i32.mul(unit.rows, rowBytes));
        });
      });
    });
  });
}
