import { roundUp, tileColumns } from "../gemm/blocking.ts";
import { filterGradientFields } from "./filter-gradient.ts";
import type { CallFunction, Prepared } from "./prepared.ts";
import type { Windows } from "./problem.ts";
import { fewestRows } from "./row-panels.ts";
import { cutWork } from "./work.ts";

/** Windows whose products are summed up from zero. */
const unitWindows = 256;
/** Pieces of work to be had at least, so that threads find some each. */
const fewestPieces = 16;
/** Sums of all parts take at most so many bytes, if there is more than one part. */
const mostSumBytes = 2 ** 22;

/** The gradient of the filter, from the input and the gradient of the output with `outputs` planes a group. */
export function prepareFilterGradient(w: Windows, outputs: number, call: CallFunction): Prepared {
  const work = cutWork(w, unitWindows, outputs < fewestRows ? 1 : w.images);
  const blocks = Math.ceil(work.depth / work.depthBlock);
  const sumsPitch = 4 * roundUp(outputs, tileColumns);
  const blockBytes = sumsPitch * roundUp(Math.max(fewestRows, Math.min(work.depth, work.depthBlock)), 4);
  const partBytes = w.groups * blocks * blockBytes;
  const parts = Math.max(
    1,
    Math.min(work.units, Math.ceil(fewestPieces / (w.groups * blocks)), Math.floor(mostSumBytes / partBytes)),
  );
  const sumsOffset = roundUp(filterGradientFields.bytes, 64);
  const linesOffset = work.rectangleBytes;
  // A panel has three lines at least, though there may be fewer.
  const scratchOffset = linesOffset + work.linesBytes + fewestRows * work.pitch;
  const words = filterGradientFields.words({
    ...w,
    ...work,
    linesOffset,
    scratchOffset,
    outputs,
    parts,
    blocks,
    sumsPitch,
    blockBytes,
    partBytes,
  });
  return {
    elements: w.groups * outputs * work.depth,
    pieces: parts * blocks * w.groups,
    kernel: "filterGradient",
    multiplications: w.images * w.rows * w.columns * w.groups * outputs * work.depth,
    sharedBytes: sumsOffset + roundUp(parts * partBytes, 64),
    threadBytes: roundUp(scratchOffset + sumsPitch * work.windows + 64, 64),
    begin(memory, { a, b, workspace }) {
      const record = new Int32Array(memory.buffer, workspace, words.length);
      record.set(words);
      filterGradientFields.set(record, { input: a, gradient: b, sums: workspace + sumsOffset });
    },
    end: ({ output, workspace }) => call("addParts", workspace, output),
  };
}
