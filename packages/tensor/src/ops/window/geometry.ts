import { checkList } from "../../checks.ts";
import { ShapeError, ValueError } from "../../errors.ts";
import { type Shape, formatShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { reshape } from "../views.ts";

/** A number for both axes, or [vertical, horizontal]. */
export type Pair = number | readonly [vertical: number, horizontal: number];

/** A number for all three axes, or [depth, height, width]. */
export type Triple = number | readonly [depth: number, height: number, width: number];

/** As a user gives it: a number for all axes, or one an axis. */
export type PerAxis = number | readonly number[];

/** Windows that slide over some axes, one entry an axis. */
export interface Sliding {
  readonly window: readonly number[];
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padBefore: readonly number[];
  readonly padAfter: readonly number[];
}

/** One integer an axis from an option that may be a single number. */
export function perAxis(operation: string, option: string, value: PerAxis, axes: number, least: number): number[] {
  if (typeof value !== "number") checkList(operation, option, value);
  const list = typeof value === "number" ? new Array<number>(axes).fill(value) : [...value];
  if (list.length !== axes) {
    throw new ValueError(
      `${operation}: ${option} [${list.join(", ")}] must be one number, or ${axes}, one for each axis`,
    );
  }
  for (const n of list) {
    if (!Number.isInteger(n) || n < least) {
      throw new ValueError(`${operation}: ${option} ${list.join(", ")} must be an integer of at least ${least}`);
    }
  }
  return list;
}

/** From the first to the last element that a window covers. */
export function reach(window: number, dilation: number): number {
  return dilation * (window - 1) + 1;
}

/**
 * How many windows fit on each axis: ⌊(n + padBefore + padAfter - reach) / stride⌋ + 1. With `ceil` the last one may hang
 * over the end, but must start within the input or the padding before it; that may be the only one, longer than the axis.
 */
export function windowCounts(operation: string, extents: Shape, sliding: Sliding, ceil = false): number[] {
  return extents.map((extent, axis) => {
    const [before, after, stride] = [sliding.padBefore[axis], sliding.padAfter[axis], sliding.stride[axis]];
    const length = reach(sliding.window[axis], sliding.dilation[axis]);
    const room = extent + before + after - length;
    const count = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    const fitting = ceil && (count - 1) * stride >= extent + before ? count - 1 : count;
    if (fitting > 0) return fitting;
    throw new ShapeError(
      `${operation}: a window over ${length} elements does not fit axis ${axis - extents.length}, which has ${extent} ` +
        `and ${before + after} of padding (shape ${formatShape(extents)}); use a smaller window or more padding`,
    );
  });
}

/** As [batch, channels, …] when the batch is left out, and the way back. */
export function withBatch(
  operation: string,
  x: Tensor,
  rank: number,
  layout: string,
): [batched: Tensor, restore: (result: Tensor) => Tensor] {
  if (x.ndim === rank) return [x, (result) => result];
  if (x.ndim !== rank - 1) {
    throw new ShapeError(
      `${operation}: the input must be ${layout} (the batch may be left out), not ${formatShape(x.shape)}`,
    );
  }
  return [reshape(x, [1, ...x.shape]), (result) => reshape(result, result.shape.slice(1))];
}

/** [..., l] as [..., 1, l]: what slides along one axis is done as along two, so that backends need to know one kind only. */
export function withHeight(x: Tensor): Tensor {
  return reshape(x, [...x.shape.slice(0, -1), 1, x.shape[x.ndim - 1]]);
}

/** [..., 1, l] as [..., l]. */
export function withoutHeight(x: Tensor): Tensor {
  return reshape(x, [...x.shape.slice(0, -2), x.shape[x.ndim - 1]]);
}

/** Windows over one axis as windows of height 1 over two. */
export function windowsWithHeight({ window, stride, dilation, padBefore, padAfter }: Sliding): Sliding {
  return {
    window: [1, ...window],
    stride: [1, ...stride],
    dilation: [1, ...dilation],
    padBefore: [0, ...padBefore],
    padAfter: [0, ...padAfter],
  };
}
