import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, asTensor, floatNodes, requireFloat } from "../build.ts";
import { type ConvAxes, type Convolve, addBias, checkGroups, convolve, layouts } from "./conv-node.ts";
import { type Pair, type PerAxis, type Sliding, perAxis, reach, windowCounts, withBatch } from "./geometry.ts";

export interface ConvOptions<E> {
  /** One number for each output channel. */
  readonly bias?: Tensor | null | undefined;
  /** How far the filter moves from one output to the next; default 1. */
  readonly stride?: E | undefined;
  /** Zeros on each side; "valid" is none (default), "same" keeps the extents (stride 1; an odd one goes to the end). */
  readonly padding?: E | "same" | "valid" | undefined;
  /** Distance between the elements that neighbouring filter elements meet; default 1. */
  readonly dilation?: E | undefined;
  /** Input and output channels in as many groups that do not see each other; default 1. */
  readonly groups?: number | undefined;
}

export type Conv1dOptions = ConvOptions<number>;
export type Conv2dOptions = ConvOptions<Pair>;

/**
 * 1-D cross-correlation, as in PyTorch: y[n, o, i] = b[o] + Σ_{c, k} w[o, c, k] · x[n, c, i·stride + k·dilation - padding].
 *
 * @param x - [batch, channels, length]; the batch may be left out.
 * @param weight - [output channels, channels / groups, kernel].
 * @returns [batch, output channels, ⌊(length + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1].
 */
export function conv1d(x: Operand, weight: Tensor, options: Conv1dOptions = {}): Tensor {
  return convolution("conv1d", x, weight, options, 1, convolve);
}

/**
 * 2-D cross-correlation, as in PyTorch:
 * y[n, o, i, j] = b[o] + Σ_{c, k, l} w[o, c, k, l] · x[n, c, i·stride + k·dilation - padding, j·stride + l·dilation - padding].
 *
 * @param x - [batch, channels, height, width]; the batch may be left out.
 * @param weight - [output channels, channels / groups, kernel height, kernel width].
 * @returns [batch, output channels, height', width'] with n' = ⌊(n + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1.
 */
export function conv2d(x: Operand, weight: Tensor, options: Conv2dOptions = {}): Tensor {
  return convolution("conv2d", x, weight, options, 2, convolve);
}

/** Checks what there is to convolve, and does it as `convolved` says. */
export function convolution(
  name: string,
  x: Operand,
  weight: Tensor,
  options: ConvOptions<PerAxis>,
  axes: ConvAxes,
  convolved: Convolve,
): Tensor {
  requireFloat(name, asTensor(x), weight);
  const [given, filter] = floatNodes(x, weight).map((node) => new Tensor(node));
  const [input, restore] = withBatch(name, given, axes + 2, layouts[axes]);
  const { groups = 1, bias } = options;
  const channels = input.shape[1];
  checkGroups(name, groups, channels);
  if (filter.ndim !== axes + 2 || filter.shape[1] !== channels / groups || filter.shape[0] % groups !== 0) {
    throw new ShapeError(
      `${name}: weight ${formatShape(filter.shape)} does not fit input ${formatShape(input.shape)} and ${groups} group(s): ` +
        `it must be [outputs, ${channels / groups}, ${new Array(axes).fill("kernel").join(", ")}]` +
        (groups === 1 ? "" : `, outputs a multiple of ${groups}`),
    );
  }
  const sliding = convSliding(name, filter.shape.slice(2), options, axes);
  const counts = windowCounts(name, input.shape.slice(2), sliding);
  const result = convolved("forward", input, filter, [input.shape[0], filter.shape[0], ...counts], sliding, groups);
  return restore(addBias(name, result, bias));
}

/** How a filter slides over the axes of an input. */
export function convSliding(name: string, kernel: PerAxis, options: ConvOptions<PerAxis>, axes: number): Sliding {
  const window = perAxis(name, "kernel", kernel, axes, 1);
  const stride = perAxis(name, "stride", options.stride ?? 1, axes, 1);
  const dilation = perAxis(name, "dilation", options.dilation ?? 1, axes, 1);
  const [padBefore, padAfter] = padding(name, options.padding ?? 0, window, stride, dilation);
  return { window, stride, dilation, padBefore, padAfter };
}

/** Zeros before and after each axis. */
function padding(
  name: string,
  option: PerAxis | "same" | "valid",
  window: readonly number[],
  stride: readonly number[],
  dilation: readonly number[],
): [before: number[], after: number[]] {
  if (option === "same") {
    if (stride.some((n) => n !== 1)) {
      throw new ValueError(
        `${name}: padding "same" needs stride 1, not ${stride.join(", ")}; give the padding in numbers`,
      );
    }
    const total = window.map((n, axis) => reach(n, dilation[axis]) - 1);
    const before = total.map((n) => Math.floor(n / 2));
    return [before, total.map((n, axis) => n - before[axis])];
  }
  const both = perAxis(name, "padding", option === "valid" ? 0 : option, window.length, 0);
  return [both, both];
}
