import { checkList } from "../../checks.ts";
import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { add, div, minimumWithTiesToSecond, mul, sub } from "../arithmetic.ts";
import { floorDivide } from "../floor-divide.ts";
import { type Operand, asTensor, castNode, floatNode } from "../build.ts";
import { greaterEqual, less, logicalAnd } from "../compare.ts";
import { arange } from "../create.ts";
import { indexSelect } from "../indexing.ts";
import { matmul } from "../matmul.ts";
import { mean } from "../reduce.ts";
import { cast } from "../unary.ts";
import { reshape, transpose, unsqueeze } from "../views.ts";
import { avgPool2d } from "./average-pool.ts";
import { withHeight, withoutHeight } from "./geometry.ts";
import { maxPool2d } from "./max-pool.ts";

/** Extents of the output: one number for both axes, or [height, width]; null keeps an extent. */
export type OutputSize = number | readonly [height: number | null, width: number | null];

/**
 * Mean over windows chosen so that the output has the size asked for: output i of o averages the elements
 * ⌊i·n/o⌋ … ⌈(i + 1)·n/o⌉ - 1 of an axis of extent n, as in PyTorch.
 *
 * @param x - [..., height, width]; gives [..., outputSize].
 */
export function adaptiveAvgPool2d(x: Operand, outputSize: OutputSize): Tensor {
  const t = new Tensor(floatNode(x));
  const [height, width] = outputExtents("adaptiveAvgPool2d", t, outputSize, 2);
  return averagesApart(t, height, width);
}

/** Means of the windows that cut the last two axes into so many. */
export function averagesApart(t: Tensor, height: number, width: number): Tensor {
  const [rows, columns] = t.shape.slice(-2);
  if (height === 1 && width === 1) return mean(t, { axis: [-2, -1], keepDims: true });
  if (rows % height === 0 && columns % width === 0) return avgPool2d(t, [rows / height, columns / width]);
  // The windows overlap or differ in size; both axes are averaged by a product with a matrix.
  const narrow = columns === width ? t : matmul(t, transpose(averages(columns, width)));
  return new Tensor(castNode((rows === height ? narrow : matmul(averages(rows, height), narrow)).node, t.dtype));
}

/** As `adaptiveAvgPool2d`, along the last axis alone. */
export function adaptiveAvgPool1d(x: Operand, outputSize: number): Tensor {
  const t = new Tensor(floatNode(x));
  const [length] = outputExtents("adaptiveAvgPool1d", t, outputSize, 1);
  return withoutHeight(averagesApart(withHeight(t), 1, length));
}

/**
 * Maximum over windows chosen so that the output has the size asked for; the windows are those of `adaptiveAvgPool2d`. The
 * gradient goes to the first largest element of a window.
 *
 * @param x - [..., height, width]; gives [..., outputSize].
 */
export function adaptiveMaxPool2d(x: Operand, outputSize: OutputSize): Tensor {
  const t = asTensor(x);
  const [height, width] = outputExtents("adaptiveMaxPool2d", t, outputSize, 2);
  return maximaApart(t, height, width);
}

/** Maxima of the windows that cut the last two axes into so many. */
export function maximaApart(t: Tensor, height: number, width: number): Tensor {
  const [tall, rows] = windowsApart(t, -2, height);
  const [spread, columns] = windowsApart(tall, -1, width);
  return maxPool2d(spread, [rows, columns]);
}

/** As `adaptiveMaxPool2d`, along the last axis alone. */
export function adaptiveMaxPool1d(x: Operand, outputSize: number): Tensor {
  const t = asTensor(x);
  const [length] = outputExtents("adaptiveMaxPool1d", t, outputSize, 1);
  return withoutHeight(maximaApart(withHeight(t), 1, length));
}

/** What the last axes are called, by their number. */
const lastAxes = { 1: "a length", 2: "a height and a width", 3: "a depth, a height and a width" } as const;

/** The extents of the output along the last axes. */
export function outputExtents(
  name: string,
  t: Tensor,
  outputSize: number | readonly (number | null)[],
  axes: keyof typeof lastAxes,
): number[] {
  const extents = t.shape.slice(-axes);
  if (t.ndim < axes || extents.includes(0)) {
    throw new ShapeError(`${name}: ${formatShape(t.shape)} must end in ${lastAxes[axes]}, not of extent 0`);
  }
  if (typeof outputSize !== "number") checkList(name, "the output size", outputSize);
  const size = typeof outputSize === "number" ? extents.map(() => outputSize) : outputSize;
  const result = size.map((n, axis) => n ?? extents[axis]);
  if (result.length !== axes || !result.every((n) => Number.isInteger(n) && n > 0)) {
    throw new ValueError(`${name}: the output size ${size.join(", ")} must be positive integers, one for each axis`);
  }
  return result;
}

/** First and last + 1 element of the windows that cut n elements into `count`, as int32 vectors. */
function bounds(n: number, count: number): [start: Tensor, stop: Tensor] {
  const first = mul(arange(count), n);
  return [floorDivide(first, count), floorDivide(add(first, n + count - 1), count)];
}

/** The matrix [count, n] that averages the windows of n elements. */
function averages(n: number, count: number): Tensor {
  const [start, stop] = bounds(n, count).map((t) => unsqueeze(t, 1));
  const inside = logicalAnd(greaterEqual(arange(n), start), less(arange(n), stop));
  return div(cast(inside, "float32"), sub(stop, start));
}

/**
 * The windows of an axis one behind the other, each as long as the longest: the shorter ones repeat their last element,
 * which changes no maximum. Gives the new tensor and the length of a window.
 */
function windowsApart(t: Tensor, axis: number, count: number): [windows: Tensor, length: number] {
  const extent = t.shape[t.ndim + axis];
  if (extent % count === 0) return [t, extent / count];
  let length = 0;
  for (let i = 0; i < count; i++) {
    length = Math.max(length, Math.ceil(((i + 1) * extent) / count) - Math.floor((i * extent) / count));
  }
  const [start, stop] = bounds(extent, count).map((b) => unsqueeze(b, 1));
  const index = minimumWithTiesToSecond(add(start, arange(length)), sub(stop, 1));
  return [indexSelect(t, axis, reshape(index, [count * length])), length];
}
