import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, asTensor, floatNodes, requireFloat } from "../build.ts";
import { pad } from "../pad.ts";
import { type ConvAxes, type Convolve, addBias, checkGroups, convolve, layouts } from "./conv-node.ts";
import { type Pair, type PerAxis, perAxis, reach, withBatch } from "./geometry.ts";

export interface ConvTransposeOptions<E> {
  /** One number for each output channel. */
  readonly bias?: Tensor | null | undefined;
  /** How far apart neighbouring inputs lie in the output; default 1. */
  readonly stride?: E | undefined;
  /** Elements left off at each side of the output; default 0. */
  readonly padding?: E | undefined;
  /** Elements added at the end of the output, fewer than stride or dilation; default 0. */
  readonly outputPadding?: E | undefined;
  /** Distance between the elements that neighbouring filter elements reach; default 1. */
  readonly dilation?: E | undefined;
  /** Input and output channels in as many groups that do not see each other; default 1. */
  readonly groups?: number | undefined;
}

export type ConvTranspose1dOptions = ConvTransposeOptions<number>;
export type ConvTranspose2dOptions = ConvTransposeOptions<Pair>;

/**
 * Transposed 1-D convolution, the gradient of `conv1d` by its input: each x[n, c, i] adds w[c, o, k] · x[n, c, i] to
 * y[n, o, i·stride + k·dilation - padding].
 *
 * @param x - [batch, channels, length]; the batch may be left out.
 * @param weight - [channels, output channels / groups, kernel].
 * @returns [batch, output channels, (length - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1].
 */
export function convTranspose1d(x: Operand, weight: Tensor, options: ConvTranspose1dOptions = {}): Tensor {
  return transposedConvolution("convTranspose1d", x, weight, options, 1, convolve);
}

/**
 * Transposed 2-D convolution, the gradient of `conv2d` by its input: each x[n, c, i, j] adds w[c, o, k, l] · x[n, c, i, j]
 * to y[n, o, i·stride + k·dilation - padding, j·stride + l·dilation - padding].
 *
 * @param x - [batch, channels, height, width]; the batch may be left out.
 * @param weight - [channels, output channels / groups, kernel height, kernel width].
 * @returns [batch, output channels, height', width'] with
 *   n' = (n - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1.
 */
export function convTranspose2d(x: Operand, weight: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  return transposedConvolution("convTranspose2d", x, weight, options, 2, convolve);
}

/** Checks what there is to convolve, and does it as `convolved` says. */
export function transposedConvolution(
  name: string,
  x: Operand,
  weight: Tensor,
  options: ConvTransposeOptions<PerAxis>,
  axes: ConvAxes,
  convolved: Convolve,
): Tensor {
  requireFloat(name, asTensor(x), weight);
  const [given, filter] = floatNodes(x, weight).map((node) => new Tensor(node));
  const [input, restore] = withBatch(name, given, axes + 2, layouts[axes]);
  const { groups = 1, bias } = options;
  const channels = input.shape[1];
  checkGroups(name, groups, channels);
  if (filter.ndim !== axes + 2 || filter.shape[0] !== channels) {
    throw new ShapeError(
      `${name}: weight ${formatShape(filter.shape)} does not fit input ${formatShape(input.shape)}: ` +
        `it must be [${channels}, outputs / groups, ${new Array(axes).fill("kernel").join(", ")}]`,
    );
  }
  const window = perAxis(name, "kernel", filter.shape.slice(2), axes, 1);
  const stride = perAxis(name, "stride", options.stride ?? 1, axes, 1);
  const dilation = perAxis(name, "dilation", options.dilation ?? 1, axes, 1);
  const padding = perAxis(name, "padding", options.padding ?? 0, axes, 0);
  const extra = perAxis(name, "outputPadding", options.outputPadding ?? 0, axes, 0);
  if (extra.some((n, axis) => n >= Math.max(stride[axis], dilation[axis]))) {
    throw new ValueError(`${name}: outputPadding ${extra.join(", ")} must be smaller than the stride or the dilation`);
  }
  // Output padding first uncovers what the padding at the end left off; only what goes beyond that is empty.
  const padAfter = padding.map((n, axis) => Math.max(0, n - extra[axis]));
  const empty = padding.map((n, axis) => Math.max(0, extra[axis] - n));
  const extents = input.shape.slice(2).map((n, axis) => {
    return (n - 1) * stride[axis] - padding[axis] - padAfter[axis] + reach(window[axis], dilation[axis]);
  });
  const wanted = extents.map((n, axis) => n + empty[axis]);
  if (input.shape.slice(2).includes(0) || wanted.some((n) => n < 1)) {
    throw new ShapeError(
      `${name}: input ${formatShape(input.shape)}, kernel ${window.join(", ")} and padding ${padding.join(", ")} leave no ` +
        `output (${formatShape(wanted)}); use less padding`,
    );
  }
  // Where the padding takes all, it is cut off afterwards, so that there is something to convolve.
  const isCut = extents.map((n) => n < 1);
  const padBefore = padding.map((n, axis) => (isCut[axis] ? 0 : n));
  const made = extents.map((n, axis) => (isCut[axis] ? n + padding[axis] : n));
  const shape = [input.shape[0], filter.shape[1] * groups, ...made];
  const sliding = { window, stride, dilation, padBefore, padAfter };
  const result = convolved("inputGradient", input, filter, shape, sliding, groups);
  const uncut = made.map((n, axis) => [
    padBefore[axis] - padding[axis],
    wanted[axis] - n + padding[axis] - padBefore[axis],
  ]);
  return restore(addBias(name, pad(result, uncut.reverse().flat()), bias));
}
