import { roundUp, tileColumns } from "../gemm/blocking.ts";
import { correlationFields } from "./correlation-fields.ts";
import { filterArguments } from "./pack-filter.ts";
import type { CallFunction, Prepared } from "./prepared.ts";
import type { Correlation } from "./problem.ts";
import { fewestRows } from "./row-panels.ts";
import { cutWork } from "./work.ts";

/** Windows computed together: enough that a filter read from the second-level cache pays, few enough that lines stay there. */
const unitWindows = 256;
/** The same for one or two output planes: the input of a unit stays in the first-level cache. */
const fewUnitWindows = 1024;

/** A correlation of the input with the filter. */
export function prepareCorrelation(w: Correlation, call: CallFunction): Prepared {
  const few = w.outputs < fewestRows;
  const work = few ? cutWork(w, fewUnitWindows, 1) : cutWork(w, unitWindows, w.images);
  const { target } = w;
  const panelRows = Math.max(fewestRows, w.outputs);
  const packedBytes = 4 * panelRows * work.depth;
  const inPlace =
    work.chunkImages === 1 &&
    target.columnStep === 1 &&
    (work.unitRows === 1 || (target.rowStep === 1 && target.width === work.unitColumns));
  // Rows that `correlateFew` computes have the length of those that it reads.
  const dense = w.rowStep === 1 && w.columnStep === 1 && 2 * work.unitColumns > work.rectangleColumns;
  const rowLength = few && dense ? Math.max(work.rectangleColumns, w.width) : work.unitColumns;
  const scratchPitch = 4 * roundUp(work.chunkImages * work.unitRows * rowLength, 8);
  const scratchBytes = panelRows * (inPlace && !few ? 4 * tileColumns : scratchPitch) + 4 * work.depthBlock + 64;
  const packedOffset = roundUp(correlationFields.bytes, 64);
  const linesOffset = work.rectangleBytes;
  const scratchOffset = linesOffset + work.linesBytes;
  const elements = w.images * w.groups * w.outputs * w.rows * w.columns;
  const layout = filterArguments({
    ...w,
    groupBytes: 4 * w.filter.group,
    packedBytes,
    outputBytes: 4 * w.filter.output,
    channelBytes: 4 * w.filter.channel,
    tapRowBytes: 4 * w.filter.row,
    tapColumnBytes: 4 * w.filter.column,
  });
  const words = correlationFields.words({
    ...w,
    ...work,
    linesOffset,
    scratchOffset,
    packedBytes,
    outputHeight: target.height,
    outputWidth: target.width,
    outputTop: target.top,
    outputLeft: target.left,
    outputRowStep: target.rowStep,
    outputColumnStep: target.columnStep,
    inPlace: Number(inPlace),
    scratchPitch,
    dense: Number(dense),
  });
  return {
    elements,
    pieces: w.groups * work.units,
    kernel: few ? "correlateFew" : "correlate",
    multiplications: elements * work.depth,
    sharedBytes: packedOffset + roundUp(w.groups * packedBytes, 64) + 64,
    threadBytes: roundUp(scratchOffset + scratchBytes, 64),
    begin(memory, { a, b, output, workspace }) {
      const packed = workspace + packedOffset;
      call("packFilter", b + 4 * w.filter.offset, packed, ...layout);
      const record = new Int32Array(memory.buffer, workspace, words.length);
      record.set(words);
      correlationFields.set(record, { input: a, packed, output });
    },
  };
}
