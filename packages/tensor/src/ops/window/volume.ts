import type { Tensor } from "../../tensor.ts";
import { reshape } from "../views.ts";
import type { Sliding } from "./geometry.ts";

/**
 * What slides over depth, height and width slides over the planes first, and then over the columns of depth: as over two axes
 * both times, so that backends need to know one kind only.
 */

/** The part of windows over three axes that lies in a plane. */
export function planeWindows({ window, stride, dilation, padBefore, padAfter }: Sliding): Sliding {
  return {
    window: window.slice(1),
    stride: stride.slice(1),
    dilation: dilation.slice(1),
    padBefore: padBefore.slice(1),
    padAfter: padAfter.slice(1),
  };
}

/** The part that lies in a column, as windows of width 1 over what `asColumns` gives. */
export function columnWindows({ window, stride, dilation, padBefore, padAfter }: Sliding): Sliding {
  return {
    window: [window[0], 1],
    stride: [stride[0], 1],
    dilation: [dilation[0], 1],
    padBefore: [padBefore[0], 0],
    padAfter: [padAfter[0], 0],
  };
}

/** [..., depth, height, width] as [..., depth, height·width]. */
export function asColumns(t: Tensor): Tensor {
  const [height, width] = t.shape.slice(-2);
  return reshape(t, [...t.shape.slice(0, -2), height * width]);
}
