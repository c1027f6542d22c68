import { ShapeError, ValueError } from "../../errors.ts";
import { createNode } from "../../graph/create.ts";
import type { ConvAttributes } from "../../graph/primitive.ts";
import { type Shape, formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { add } from "../arithmetic.ts";
import { reshape } from "../views.ts";
import { type Sliding, windowsWithHeight, withHeight, withoutHeight } from "./geometry.ts";

/** Names of the axes of an input, for messages. */
export const layouts = {
  1: "[batch, channels, length]",
  2: "[batch, channels, height, width]",
  3: "[batch, channels, depth, height, width]",
} as const;

/** Of how many axes there are convolutions. */
export type ConvAxes = keyof typeof layouts;

/** Makes a tensor of a shape from an input, or the gradient of a result, and a filter. */
export type Convolve = (
  mode: Exclude<ConvAttributes["mode"], "filterGradient">,
  a: Tensor,
  b: Tensor,
  shape: Shape,
  sliding: Sliding,
  groups: number,
) => Tensor;

/** A `conv` node over one or two axes; over one it is done with a height of 1. */
export const convolve: Convolve = (mode, a, b, shape, sliding, groups) => {
  if (sliding.window.length === 1) {
    const tall = [...shape.slice(0, -1), 1, ...shape.slice(-1)];
    return withoutHeight(convolve(mode, withHeight(a), withHeight(b), tall, windowsWithHeight(sliding), groups));
  }
  const { stride, dilation, padBefore, padAfter } = sliding;
  const attributes = { mode, stride, dilation, padBefore, padAfter, groups };
  return new Tensor(createNode("conv", [a.node, b.node], shape, a.dtype, attributes));
};

/** Throws unless the number of groups divides the channels. */
export function checkGroups(operation: string, groups: number, channels: number): void {
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ValueError(
      `${operation}: groups ${groups} must be a positive integer that divides the ${channels} channels`,
    );
  }
}

/** Adds one number to each channel (axis 1). */
export function addBias(operation: string, result: Tensor, bias: Tensor | null | undefined): Tensor {
  if (bias === undefined || bias === null) return result;
  const channels = result.shape[1];
  if (bias.ndim !== 1 || bias.shape[0] !== channels) {
    throw new ShapeError(
      `${operation}: bias ${formatShape(bias.shape)} must be [${channels}], one for each output channel`,
    );
  }
  return add(
    result,
    reshape(
      bias,
      result.shape.map((_, axis) => (axis === 1 ? channels : 1)),
    ),
  );
}
