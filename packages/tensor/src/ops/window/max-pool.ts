import { ShapeError } from "../../errors.ts";
import { createNode } from "../../graph/create.ts";
import { sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, asTensor, floatNode } from "../build.ts";
import { gather } from "../indexing.ts";
import type { ValuesAndIndices } from "../reduce.ts";
import { reshape } from "../views.ts";
import { type Pair, type PerAxis, type Sliding, windowsWithHeight, withHeight, withoutHeight } from "./geometry.ts";
import { poolWindows } from "./pool-windows.ts";

export interface MaxPoolOptions<E> {
  /** How far the window moves; default its own extent. */
  readonly stride?: E | undefined;
  /** Elements of -inf on each side, at most half the window; default 0. */
  readonly padding?: E | undefined;
  /** Distance between neighbouring elements of the window; default 1. */
  readonly dilation?: E | undefined;
  /** Whether a last window may hang over the end, as long as it starts before it. */
  readonly ceilMode?: boolean | undefined;
}

export type MaxPool1dOptions = MaxPoolOptions<number>;
export type MaxPool2dOptions = MaxPoolOptions<Pair>;

/**
 * Largest element of each window along the last axis. The gradient goes to the first largest element.
 *
 * @param x - [..., length].
 * @returns [..., ⌊(length + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1], rounded up in `ceilMode`.
 */
export function maxPool1d(x: Operand, kernel: number, options: MaxPool1dOptions = {}): Tensor {
  return withoutHeight(pool("maxPool1d", x, kernel, options, 1).values);
}

/** As `maxPool1d`, with the int32 index of each maximum along the last axis of the input. */
export function maxPool1dWithIndices(x: Operand, kernel: number, options: MaxPool1dOptions = {}): ValuesAndIndices {
  const { values, indices } = pool("maxPool1dWithIndices", x, kernel, options, 1);
  return { values: withoutHeight(values), indices: withoutHeight(indices) };
}

/**
 * Largest element of each window over the last two axes. The gradient goes to the first largest element.
 *
 * @param x - [..., height, width].
 * @returns [..., height', width'] with n' = ⌊(n + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, rounded up in
 *   `ceilMode`.
 */
export function maxPool2d(x: Operand, kernel: Pair, options: MaxPool2dOptions = {}): Tensor {
  return pool("maxPool2d", x, kernel, options, 2).values;
}

/** As `maxPool2d`, with the int32 index of each maximum in the flattened last two axes of the input. */
export function maxPool2dWithIndices(x: Operand, kernel: Pair, options: MaxPool2dOptions = {}): ValuesAndIndices {
  return pool("maxPool2dWithIndices", x, kernel, options, 2);
}

function pool(name: string, x: Operand, kernel: Pair, options: MaxPoolOptions<Pair>, axes: 1 | 2): ValuesAndIndices {
  const given = asTensor(x);
  const { sliding, counts } = maxPoolWindows(name, given, kernel, options, axes);
  return axes === 2
    ? maxima(given, counts, sliding)
    : maxima(withHeight(given), [1, ...counts], windowsWithHeight(sliding));
}

/** As `poolWindows`, and throws where a window has nothing to take the maximum of. */
export function maxPoolWindows(
  name: string,
  t: Tensor,
  kernel: PerAxis,
  options: MaxPoolOptions<PerAxis>,
  axes: number,
): ReturnType<typeof poolWindows> {
  const windows = poolWindows(name, t, kernel, options, axes);
  checkFilled(name, t.shape.slice(-axes), windows.counts, windows.sliding);
  return windows;
}

/** Picks the largest element of each window over the last two axes. */
export function maxima(t: Tensor, counts: readonly number[], sliding: Sliding): ValuesAndIndices {
  const lead = t.shape.slice(0, -2);
  const shape = [...lead, ...counts];
  const attributes = { ...sliding, countPadding: false };
  const plane = reshape(t, [...lead, sizeOf(t.shape.slice(-2))]);
  // Made of the same node that the elements are picked from, so that the planner sees it.
  const image = createNode("reshape", [plane.node], t.shape, t.dtype, null);
  const indices = new Tensor(createNode("poolIndex", [floatNode(new Tensor(image))], shape, "int32", attributes));
  const picked = gather(plane, -1, reshape(indices, [...lead, sizeOf(counts)]));
  return { values: reshape(picked, shape), indices };
}

/** Throws if the elements of a window all lie in the padding, as those of a dilated one may. */
function checkFilled(name: string, extents: readonly number[], counts: readonly number[], sliding: Sliding): void {
  extents.forEach((extent, axis) => {
    const { [axis]: step } = sliding.dilation;
    if (step === 1 && extent > 0) return;
    for (let i = 0; i < counts[axis]; i++) {
      const start = i * sliding.stride[axis] - sliding.padBefore[axis];
      const skipped = start < 0 ? Math.ceil(-start / step) : 0;
      if (skipped < sliding.window[axis] && start + skipped * step < extent) continue;
      throw new ShapeError(
        `${name}: window ${i} on axis ${axis - extents.length} of extent ${extent} has all its elements in the padding; ` +
          "use less padding or dilation",
      );
    }
  });
}
