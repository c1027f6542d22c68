import type { PoolAttributes } from "@minima/tensor";
import { sizeOf } from "./lines.ts";

/** Windows over the last two axes; pooling over one axis has planes of one row. Everything in elements. */
export interface PoolGeometry {
  /** How many planes there are. */
  readonly planes: number;
  readonly rows: Sliding;
  readonly columns: Sliding;
  readonly countPadding: boolean;
}

/** Windows along one axis: tap t of window i is at i·`stride` + t·`dilation` - `padBefore`. */
export interface Sliding {
  /** Extents of the input and of the output. */
  readonly input: number;
  readonly output: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

/** @param wide - Shape that windows slide over. @param pooled - Shape with an element for each window. */
export function poolGeometry(
  attributes: PoolAttributes,
  wide: readonly number[],
  pooled: readonly number[],
): PoolGeometry {
  const axes = attributes.window.length;
  const along = (axis: number): Sliding => ({
    input: wide[wide.length - axes + axis],
    output: pooled[pooled.length - axes + axis],
    window: attributes.window[axis],
    stride: attributes.stride[axis],
    dilation: attributes.dilation[axis],
    padBefore: attributes.padBefore[axis],
    padAfter: attributes.padAfter[axis],
  });
  const single: Sliding = { input: 1, output: 1, window: 1, stride: 1, dilation: 1, padBefore: 0, padAfter: 0 };
  return {
    planes: sizeOf(wide.slice(0, wide.length - axes)),
    rows: axes === 1 ? single : along(0),
    columns: along(axes - 1),
    countPadding: attributes.countPadding,
  };
}

/** The taps [first, last) of a window that lie inside of the input. */
export function tapsInside({ input, window, stride, dilation, padBefore }: Sliding, index: number) {
  const start = index * stride - padBefore;
  const first = start < 0 ? Math.ceil(-start / dilation) : 0;
  const last = Math.min(window, Math.ceil((input - start) / dilation));
  return { first: Math.min(first, window), last: Math.max(last, Math.min(first, window)) };
}

/** The windows [first, last) all of whose taps lie inside. */
export function wholeWindows(axis: Sliding): { first: number; last: number } {
  const inside = (index: number): boolean => {
    const taps = tapsInside(axis, index);
    return taps.first === 0 && taps.last === axis.window;
  };
  let first = 0;
  while (first < axis.output && !inside(first)) first++;
  let last = axis.output;
  while (last > first && !inside(last - 1)) last--;
  return { first, last };
}
