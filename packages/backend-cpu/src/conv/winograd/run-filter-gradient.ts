import { roundUp, tileColumns } from "../../gemm/blocking.ts";
import type { CallFunction, Prepared } from "../prepared.ts";
import type { Windows } from "../problem.ts";
import { cutTiles, linePitch, spreadBytes } from "./cut-tiles.ts";
import { filterGradientFields } from "./filter-gradient-fields.ts";
import { points } from "./transforms.ts";

/** Channels whose sums are made together. */
const mostChannels = 64;
/** Pieces of work to be had at least, so that threads find some each. */
const fewestPieces = 16;
/** Sums of all parts take at most so many bytes, if there is more than one part. */
const mostSumBytes = 2 ** 22;

/** The gradient of a filter by tiles: see `transforms.ts`. */
export function prepareWinogradFilterGradient(w: Windows, outputs: number, call: CallFunction): Prepared {
  const taps = w.tapRows === 3 ? 3 : 5;
  const square = points * points;
  const blocks = Math.ceil(w.channels / mostChannels);
  const blockChannels = Math.ceil(w.channels / blocks);
  const tiling = cutTiles(w, blockChannels + outputs);
  const pitch = linePitch(tiling.tiles);
  const sumsPitch = 4 * roundUp(outputs, tileColumns);
  const sumPointBytes = spreadBytes(w.groups * w.channels * sumsPitch);
  const linePointBytes = spreadBytes(blockChannels * pitch);
  const gradientPointBytes = spreadBytes(outputs * pitch);
  const partBytes = square * sumPointBytes;
  const parts = Math.max(
    1,
    Math.min(tiling.units, Math.ceil(fewestPieces / (w.groups * blocks)), Math.floor(mostSumBytes / partBytes)),
  );
  const sumsOffset = roundUp(filterGradientFields.bytes, 64);
  const linesOffset = tiling.scratchBytes;
  const gradientOffset = linesOffset + square * linePointBytes;
  const packedOffset = gradientOffset + square * gradientPointBytes;
  const words = filterGradientFields.words({
    ...w,
    ...tiling,
    outputs,
    parts,
    blocks,
    blockChannels,
    pitch,
    linesOffset,
    gradientOffset,
    packedOffset,
    sumsPitch,
    linePointBytes,
    gradientPointBytes,
    sumPointBytes,
    partBytes,
  });
  return {
    elements: w.groups * outputs * w.channels * taps * taps,
    pieces: parts * blocks * w.groups,
    kernel: `winogradFilterGradient${taps}`,
    multiplications: w.groups * tiling.units * tiling.tiles * square * outputs * w.channels,
    sharedBytes: sumsOffset + roundUp(parts * partBytes, 64),
    threadBytes: roundUp(packedOffset + sumsPitch * tiling.tiles + 64, 64),
    begin(memory, { a, b, workspace }) {
      const record = new Int32Array(memory.buffer, workspace, words.length);
      record.set(words);
      filterGradientFields.set(record, { input: a, gradient: b, sums: workspace + sumsOffset });
    },
    end: ({ output, workspace }) => call(`winogradAddParts${taps}`, workspace, output),
  };
}
