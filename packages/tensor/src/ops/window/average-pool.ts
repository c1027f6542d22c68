import { ShapeError } from "../../errors.ts";
import { createNode } from "../../graph/create.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, floatNode } from "../build.ts";
import { type Pair, perAxis, windowCounts, windowsWithHeight, withHeight, withoutHeight } from "./geometry.ts";
import { checkPadding } from "./max-pool.ts";

interface AveragePoolOptions<E> {
  /** How far the window moves; default its own extent. */
  readonly stride?: E | undefined;
  /** Zeros on each side, at most half the window; default 0. */
  readonly padding?: E | undefined;
  /** Whether a last window may hang over the end, as long as it starts before it; what hangs over counts for nothing. */
  readonly ceilMode?: boolean | undefined;
  /** Whether the zeros of the padding count among the elements averaged; default true. */
  readonly countIncludePad?: boolean | undefined;
}

export type AvgPool1dOptions = AveragePoolOptions<number>;
export type AvgPool2dOptions = AveragePoolOptions<Pair>;

/**
 * Mean of each window along the last axis; integers give float32.
 *
 * @param x - [..., length].
 * @returns [..., ⌊(length + 2·padding - kernel) / stride⌋ + 1], rounded up in `ceilMode`.
 */
export function avgPool1d(x: Operand, kernel: number, options: AvgPool1dOptions = {}): Tensor {
  return withoutHeight(pool("avgPool1d", x, kernel, options, 1));
}

/**
 * Mean of each window over the last two axes; integers give float32.
 *
 * @param x - [..., height, width].
 * @returns [..., height', width'] with n' = ⌊(n + 2·padding - kernel) / stride⌋ + 1, rounded up in `ceilMode`.
 */
export function avgPool2d(x: Operand, kernel: Pair, options: AvgPool2dOptions = {}): Tensor {
  return pool("avgPool2d", x, kernel, options, 2);
}

function pool(name: string, x: Operand, kernel: Pair, options: AveragePoolOptions<Pair>, axes: 1 | 2): Tensor {
  const given = new Tensor(floatNode(x));
  if (given.ndim < axes) throw new ShapeError(`${name}: ${formatShape(given.shape)} has fewer than ${axes} axes`);
  const window = perAxis(name, "kernel", kernel, axes, 1);
  const stride = perAxis(name, "stride", options.stride ?? kernel, axes, 1);
  const padding = perAxis(name, "padding", options.padding ?? 0, axes, 0);
  checkPadding(name, padding, window);
  const sliding = { window, stride, dilation: window.map(() => 1), padBefore: padding, padAfter: padding };
  const counts = windowCounts(name, given.shape.slice(-axes), sliding, options.ceilMode === true);
  const [t, windows, planes] =
    axes === 2 ? [given, sliding, counts] : [withHeight(given), windowsWithHeight(sliding), [1, ...counts]];
  const attributes = { ...windows, mode: "forward", countPadding: options.countIncludePad !== false } as const;
  return new Tensor(createNode("avgPool", [t.node], [...t.shape.slice(0, -2), ...planes], t.dtype, attributes));
}
