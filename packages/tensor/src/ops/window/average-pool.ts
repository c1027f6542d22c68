import { createNode } from "../../graph/create.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, floatNode } from "../build.ts";
import { type Pair, type Sliding, windowsWithHeight, withHeight, withoutHeight } from "./geometry.ts";
import { poolWindows } from "./pool-windows.ts";

export interface AveragePoolOptions<E> {
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
  const t = new Tensor(floatNode(x));
  const { sliding, counts } = poolWindows(name, t, kernel, options, axes);
  const countPadding = options.countIncludePad !== false;
  return axes === 2
    ? averages(t, counts, sliding, countPadding)
    : averages(withHeight(t), [1, ...counts], windowsWithHeight(sliding), countPadding);
}

/** Means of windows over the last two axes. */
export function averages(t: Tensor, counts: readonly number[], sliding: Sliding, countPadding: boolean): Tensor {
  const attributes = { ...sliding, mode: "forward", countPadding } as const;
  return new Tensor(createNode("avgPool", [t.node], [...t.shape.slice(0, -2), ...counts], t.dtype, attributes));
}
