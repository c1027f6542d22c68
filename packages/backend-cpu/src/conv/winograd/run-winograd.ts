import { roundUp } from "../../gemm/blocking.ts";
import type { CallFunction, Prepared } from "../prepared.ts";
import type { Correlation } from "../problem.ts";
import { correlationFields } from "./correlation-fields.ts";
import { cutTiles, linePitch, spreadBytes } from "./cut-tiles.ts";
import { points } from "./transforms.ts";
import { weightArguments } from "./weights.ts";

/** Most channels multiplied at a time. */
const maximumDepth = 256;
/** A correlation by tiles: see `transforms.ts`. */
export function prepareWinograd(w: Correlation, call: CallFunction): Prepared {
  const taps = w.tapRows === 3 ? 3 : 5;
  const tiling = cutTiles(w, w.channels + w.outputs);
  const pitch = linePitch(tiling.tiles);
  const packedBytes = spreadBytes(4 * w.outputs * w.channels);
  const linePointBytes = spreadBytes(w.channels * pitch);
  const sumPointBytes = spreadBytes(w.outputs * pitch);
  const square = points * points;
  const packedOffset = roundUp(correlationFields.bytes, 64);
  const linesOffset = tiling.scratchBytes;
  const sumsOffset = linesOffset + square * linePointBytes;
  const elements = w.images * w.groups * w.outputs * w.rows * w.columns;
  const layout = weightArguments({
    ...w,
    groupBytes: 4 * w.filter.group,
    outputBytes: 4 * w.filter.output,
    channelBytes: 4 * w.filter.channel,
    tapRowBytes: 4 * w.filter.row,
    tapColumnBytes: 4 * w.filter.column,
    pointBytes: packedBytes,
  });
  const depthBlock = Math.ceil(w.channels / Math.ceil(w.channels / maximumDepth));
  const words = correlationFields.words({
    ...w,
    ...tiling,
    pitch,
    linePointBytes,
    sumPointBytes,
    linesOffset,
    sumsOffset,
    packedBytes,
    depthBlock,
  });
  return {
    elements,
    pieces: w.groups * tiling.units,
    kernel: `winograd${taps}`,
    multiplications: w.groups * tiling.units * tiling.tiles * square * w.outputs * w.channels,
    sharedBytes: packedOffset + w.groups * square * packedBytes + 64,
    threadBytes: sumsOffset + square * sumPointBytes,
    begin(memory, { a, b, output, workspace }) {
      const packed = workspace + packedOffset;
      call(`winogradWeights${taps}`, b + 4 * w.filter.offset, packed, ...layout);
      const record = new Int32Array(memory.buffer, workspace, words.length);
      record.set(words);
      correlationFields.set(record, { input: a, packed, output });
    },
  };
}
