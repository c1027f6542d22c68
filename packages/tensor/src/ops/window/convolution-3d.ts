import type { Tensor } from "../../tensor.ts";
import type { Operand } from "../build.ts";
import { type ConvOptions, convolution } from "./convolution.ts";
import type { Triple } from "./geometry.ts";
import { type ConvTransposeOptions, transposedConvolution } from "./transposed-convolution.ts";
import { convolveVolumes } from "./convolve-volumes.ts";

export type Conv3dOptions = ConvOptions<Triple>;
export type ConvTranspose3dOptions = ConvTransposeOptions<Triple>;

/**
 * 3-D cross-correlation, as `conv2d` with a depth in front of the height: y[n, o, i, j, k] = b[o] + the sum over a channel of the
 * group, and a place in the filter, of the filter's weight there times the element that it meets.
 *
 * @param x - [batch, channels, depth, height, width]; the batch may be left out.
 * @param weight - [output channels, channels / groups, kernel depth, kernel height, kernel width].
 * @returns [batch, output channels, depth', height', width'] with
 *   n' = ⌊(n + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1.
 */
export function conv3d(x: Operand, weight: Tensor, options: Conv3dOptions = {}): Tensor {
  return convolution("conv3d", x, weight, options, 3, convolveVolumes);
}

/**
 * Transposed 3-D convolution, the gradient of `conv3d` by its input: as `convTranspose2d` with a depth in front of the height.
 *
 * @param x - [batch, channels, depth, height, width]; the batch may be left out.
 * @param weight - [channels, output channels / groups, kernel depth, kernel height, kernel width].
 * @returns [batch, output channels, depth', height', width'] with
 *   n' = (n - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1.
 */
export function convTranspose3d(x: Operand, weight: Tensor, options: ConvTranspose3dOptions = {}): Tensor {
  return transposedConvolution("convTranspose3d", x, weight, options, 3, convolveVolumes);
}
