import type { CodeOptions } from "../kernel-options.ts";
import { i32, type FunctionReference, type ModuleBuilder } from "../wasm/index.ts";
import { minimum } from "../gemm/arithmetic.ts";
import { correlationFields } from "./correlation-fields.ts";
import { defineGatherLines } from "./gather-lines.ts";
import { fewestRows } from "./row-panels.ts";
import { defineCutPlanes } from "./planes.ts";
import { rectangleFinder } from "./rectangle.ts";
import { defineSlide } from "./slide.ts";
import { firstElement, spreadResults } from "./spread.ts";
import { depthRange, unitOf } from "./units.ts";
import { pieceParameters, threadWorkspace } from "./piece-parameters.ts";

/**
 * Defines the counterpart of `correlate` for one or two output planes in a group, as depthwise convolutions have them,
 * where lines would be used too rarely to be worth writing. Rows of windows that lie side by side are computed as one
 * long row of the input, with what lies between them; only if windows take steps lines are written after all.
 */
export function defineCorrelateFew(
  module: ModuleBuilder,
  options: CodeOptions,
): FunctionReference<typeof pieceParameters, null> {
  const cutPlanes = defineCutPlanes(module);
  const gatherLines = defineGatherLines(module, correlationFields, cutPlanes);
  const slide = defineSlide(module, options.relaxed);
  return module.function({ name: "correlateFew", parameters: pieceParameters, exported: true }, (f, p) => {
    const { problem, first, last } = p;
    const workspace = threadWorkspace(f, p);
    const w = correlationFields.read(f, problem);
    const planeBytes = f.let(i32.shl(i32.mul(w.outputHeight, w.outputWidth), 2));
    const source = f.let(i32.add(workspace, w.scratchOffset));
    const offsets = f.let(i32.add(source, i32.mul(w.outputs, w.scratchPitch)));
    f.forRange({ from: first, to: last }, (number) => {
      const group = f.let(i32.div_u(number, w.units));
      const unit = unitOf(f, w, group, f.let(i32.rem_u(number, w.units)));
      const plane = i32.mul(i32.add(i32.mul(unit.image, w.groups), group), w.outputs);
      const target = f.let(i32.add(i32.add(w.output, i32.mul(plane, planeBytes)), firstElement(w, unit)));
      const [start, rowBytes] = [f.local("i32"), f.local("i32")];
      f.forRange({ to: w.depth, step: w.depthBlock }, (k) => {
        const depth = f.let(minimum(i32.sub(w.depth, k), w.depthBlock));
        const entry = f.let(offsets);
        f.if(
          w.dense,
          () => {
            const range = depthRange(f, w, k, depth);
            const rectangle = rectangleFinder(f, cutPlanes, w, unit, { ...range, target: workspace }).find();
            f.set(start, rectangle.start).set(rowBytes, rectangle.rowBytes);
            // Offsets of whole channels; the first may begin, and the last end, within its taps.
            const channel = f.let(i32.const(0));
            const entriesEnd = f.let(i32.add(offsets, i32.shl(depth, 2)));
            f.increment(entry, i32.mul(range.firstTap, -4));
            f.forRange({ to: range.channels }, () => {
              f.forRange({ to: w.tapRows }, (tapRow) => {
                const tap = f.let(i32.add(channel, i32.mul(tapRow, i32.mul(w.tapRowStep, rowBytes))));
                f.forRange({ to: w.tapColumns }, () => {
                  f.if(i32.and(i32.ge_u(entry, offsets), i32.lt_u(entry, entriesEnd)), () =>
                    f.store("i32.store", entry, tap),
                  );
                  f.increment(entry, 4).increment(tap, i32.shl(w.tapColumnStep, 2));
                });
              });
              f.increment(channel, rectangle.channelBytes);
            });
          },
          () => {
            f.call(gatherLines, { problem, workspace, ...unit, k, depth });
            f.set(start, i32.add(workspace, w.linesOffset)).set(rowBytes, i32.shl(unit.columns, 2));
            f.forRange({ to: depth }, (line) => {
              f.store("i32.store", entry, i32.mul(line, w.pitch)).increment(entry, 4);
            });
          },
        );
        const count = f.let(i32.add(i32.mul(i32.sub(unit.rows, 1), i32.shr_u(rowBytes, 2)), unit.columns));
        f.forRange({ to: w.outputs }, (output) => {
          const packed = i32.add(w.packed, i32.mul(group, w.packedBytes));
          f.call(slide, {
            filter: i32.add(packed, i32.add(i32.mul(k, 4 * fewestRows), i32.shl(output, 2))),
            filterStep: 4 * fewestRows,
            offsets,
            depth,
            source: start,
            count,
            target: i32.add(source, i32.mul(output, w.scratchPitch)),
            accumulate: k,
          });
        });
      });
      spreadResults(f, w, unit, { source, rowBytes, target, planeBytes });
    });
  });
}
