import { arithmeticDType } from "../../dtype.ts";
import { ShapeError } from "../../errors.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul } from "../arithmetic.ts";
import { type Operand, asTensor } from "../build.ts";
import { arange, zeros } from "../create.ts";
import { indexAdd, indexSelect } from "../indexing.ts";
import { pad } from "../pad.ts";
import { cast } from "../unary.ts";
import { permute, reshape, unsqueeze } from "../views.ts";
import { layouts } from "./conv-node.ts";
import { type Pair, type Sliding, perAxis, windowCounts, withBatch } from "./geometry.ts";

export interface Unfold2dOptions {
  /** How far the window moves; default 1. */
  readonly stride?: Pair | undefined;
  /** Zeros on each side; default 0. */
  readonly padding?: Pair | undefined;
  /** Distance between neighbouring elements of the window; default 1. */
  readonly dilation?: Pair | undefined;
}

export type Fold2dOptions = Unfold2dOptions;

/**
 * The windows of an image as columns (PyTorch's `F.unfold`, im2col). A column holds a window channel by channel, row by row; the
 * windows follow each other row by row. The gradient is `fold2d`.
 *
 * @param x - [batch, channels, height, width]; the batch may be left out.
 * @returns [batch, channels · kernel height · kernel width, windows].
 */
export function unfold2d(x: Operand, kernelSize: Pair, options: Unfold2dOptions = {}): Tensor {
  const [t, restore] = withBatch("unfold2d", asTensor(x), 4, layouts[2]);
  const sliding = slidingOf("unfold2d", kernelSize, options);
  const [batch, channels, ...plane] = t.shape;
  const counts = windowCounts("unfold2d", plane, sliding);
  const { window, padBefore } = sliding;
  const padded = pad(t, [padBefore[1], padBefore[1], padBefore[0], padBefore[0]]);
  const picked = [0, 1].reduce((part, axis) => indexSelect(part, axis + 2, places(sliding, counts, axis)), padded);
  const apart = reshape(picked, [batch, channels, window[0], counts[0], window[1], counts[1]]);
  return restore(reshape(permute(apart, betweenAxes), [batch, channels * sizeOf(window), sizeOf(counts)]));
}

/**
 * Adds columns up to an image in which each is a window (PyTorch's `F.fold`, col2im): where windows overlap there are sums. The
 * gradient is `unfold2d`.
 *
 * @param x - [batch, channels · kernel height · kernel width, windows], as from `unfold2d`; the batch may be left out.
 * @param outputSize - Extents of the image.
 * @returns [batch, channels, height, width]; uint8 and bool add as int32.
 */
export function fold2d(x: Operand, outputSize: Pair, kernelSize: Pair, options: Fold2dOptions = {}): Tensor {
  const given = asTensor(x);
  if (given.dtype === "float16") {
    return cast(fold2d(cast(given, "float32"), outputSize, kernelSize, options), "float16");
  }
  const [t, restore] = withBatch("fold2d", given, 3, "[batch, channels · kernel, windows]");
  const sliding = slidingOf("fold2d", kernelSize, options);
  const [height, width] = perAxis("fold2d", "outputSize", outputSize, 2, 1);
  const counts = windowCounts("fold2d", [height, width], sliding);
  const { window, padBefore } = sliding;
  const [batch, rows, columns] = t.shape;
  if (rows % sizeOf(window) !== 0 || columns !== sizeOf(counts)) {
    throw new ShapeError(
      `fold2d: ${formatShape(given.shape)} must have a multiple of ${sizeOf(window)} rows, the elements of a window, and ` +
        `${sizeOf(counts)} columns, the windows of an image of ${height} by ${width}`,
    );
  }
  const channels = rows / sizeOf(window);
  const apart = permute(reshape(t, [batch, channels, ...window, ...counts]), betweenAxes);
  const taps = reshape(apart, [batch, channels, window[0] * counts[0], window[1] * counts[1]]);
  const padded = [height + 2 * padBefore[0], width + 2 * padBefore[1]];
  const dtype = arithmeticDType(t.dtype);
  const summed = [1, 0].reduce((part, axis) => {
    const shape = part.shape.map((extent, k) => (k === axis + 2 ? padded[axis] : extent));
    return indexAdd(zeros(shape, { dtype }), axis + 2, places(sliding, counts, axis), part);
  }, taps);
  return restore(pad(summed, [-padBefore[1], -padBefore[1], -padBefore[0], -padBefore[0]]));
}

/** [batch, channels, window, window, count, count] with the axes of each direction side by side; and back again. */
const betweenAxes = [0, 1, 2, 4, 3, 5];

function slidingOf(name: string, kernelSize: Pair, options: Unfold2dOptions): Sliding {
  const window = perAxis(name, "kernelSize", kernelSize, 2, 1);
  const stride = perAxis(name, "stride", options.stride ?? 1, 2, 1);
  const dilation = perAxis(name, "dilation", options.dilation ?? 1, 2, 1);
  const padding = perAxis(name, "padding", options.padding ?? 0, 2, 0);
  return { window, stride, dilation, padBefore: padding, padAfter: padding };
}

/** The places along a padded axis of tap 0 of all windows, then those of tap 1, … */
function places({ window, stride, dilation }: Sliding, counts: readonly number[], axis: number): Tensor {
  const taps = unsqueeze(mul(arange(window[axis]), dilation[axis]), 1);
  return reshape(add(taps, mul(arange(counts[axis]), stride[axis])), [window[axis] * counts[axis]]);
}
