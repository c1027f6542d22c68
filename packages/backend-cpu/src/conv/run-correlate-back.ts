import { roundUp } from "../gemm/blocking.ts";
import { correlateBackFields } from "./correlate-back.ts";
import { filterArguments } from "./pack-filter.ts";
import type { CallFunction, Prepared } from "./prepared.ts";
import type { Correlation, Windows } from "./problem.ts";
import { fewestRows } from "./row-panels.ts";
import { cutWork } from "./work.ts";

/** Most windows of an image: a unit holds whole images. */
const mostWindows = 256;
/** How many times as many products the correlations must have, to be worse than adding up the taps. */
const leastWaste = 1.5;
/** Fewest planes of y: products of less are not worth a second pass. */
const fewestPlanes = 8;
/** Rows of products at a time, if a plane has no more taps: they stay in the second-level cache. */
const blockRows = 200;

/**
 * Whether the gradient of x is better computed by `correlateBack` than by correlations: these multiply by many zeros of
 * padding if the windows are large beside the plane.
 *
 * @param channels - Planes of y in a group.
 */
export function isBackBetter(windows: Windows, channels: number, correlations: readonly Correlation[]): boolean {
  const products = windows.rows * windows.columns * windows.tapRows * windows.tapColumns;
  const others = correlations.reduce((sum, w) => sum + w.rows * w.columns * w.tapRows * w.tapColumns, 0);
  const isSmall = windows.rows * windows.columns <= mostWindows;
  return isSmall && channels >= fewestPlanes && others > leastWaste * products;
}

/** The gradient of x, whose windows are given, from that of y with `channels` planes a group. */
export function prepareCorrelateBack(x: Windows, channels: number, call: CallFunction): Prepared {
  const taps = x.tapRows * x.tapColumns;
  const one = {
    tapRows: 1,
    tapColumns: 1,
    tapRowStep: 1,
    tapColumnStep: 1,
    rowStep: 1,
    columnStep: 1,
    top: 0,
    left: 0,
  };
  const w: Windows = { ...x, ...one, channels, height: x.rows, width: x.columns };
  const work = cutWork(w, mostWindows, w.images);
  const blockPlanes = Math.max(1, Math.min(x.channels, Math.floor(blockRows / taps)));
  const blocks = Math.ceil(x.channels / blockPlanes);
  const rows = Math.max(fewestRows, blockPlanes * taps);
  const packedBytes = 4 * rows * work.depth;
  const packedOffset = roundUp(correlateBackFields.bytes, 64);
  const linesOffset = work.rectangleBytes;
  const scratchOffset = linesOffset + work.linesBytes;
  const scratchPitch = 4 * roundUp(work.windows, 8);
  const elements = x.images * x.groups * x.channels * x.height * x.width;
  const words = correlateBackFields.words({
    ...w,
    ...work,
    linesOffset,
    scratchOffset,
    blocks,
    blockPlanes,
    planes: x.channels,
    packedBytes,
    outputHeight: x.height,
    outputWidth: x.width,
    scratchPitch,
    foldRowStep: x.rowStep,
    foldColumnStep: x.columnStep,
    foldTapRows: x.tapRows,
    foldTapColumns: x.tapColumns,
    foldTapRowStep: x.tapRowStep,
    foldTapColumnStep: x.tapColumnStep,
    foldTop: x.top,
    foldLeft: x.left,
  });
  // Rows of the filter are planes of x and taps; its columns are planes of y.
  const layout = {
    ...w,
    groupBytes: 4 * channels * x.channels * taps,
    packedBytes: blocks * packedBytes,
    outputBytes: 4,
    channelBytes: 4 * x.channels * taps,
    tapRowBytes: 0,
    tapColumnBytes: 0,
  };
  return {
    elements,
    pieces: w.groups * work.units * blocks,
    kernel: "correlateBack",
    multiplications: x.images * x.rows * x.columns * x.groups * x.channels * taps * channels,
    sharedBytes: packedOffset + roundUp(w.groups * blocks * packedBytes, 64) + 64,
    threadBytes: roundUp(scratchOffset + rows * scratchPitch + 64, 64),
    begin(memory, { a, b, output, workspace }) {
      const packed = workspace + packedOffset;
      for (let block = 0; block < blocks; block++) {
        const outputs = Math.min(blockPlanes, x.channels - block * blockPlanes) * taps;
        const source = b + 4 * block * blockPlanes * taps;
        call("packFilter", source, packed + block * packedBytes, ...filterArguments({ ...layout, outputs }));
      }
      const record = new Int32Array(memory.buffer, workspace, words.length);
      record.set(words);
      correlateBackFields.set(record, { input: a, packed, output });
    },
  };
}
