import { checkInteger } from "../checks.ts";
import { arithmeticDType, isFloat } from "../dtype.ts";
import { DTypeError, ShapeError, ValueError } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { div, minimumWithTiesToSecond, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, floatNode } from "./build.ts";
import { equal, greaterEqual, isFinite, lessEqual, logicalAnd } from "./compare.ts";
import { full, zeros } from "./create.ts";
import { scatterAdd } from "./indexing.ts";
import { amax, amin, largestOf } from "./reduce.ts";
import { floor } from "./rounding.ts";
import { where } from "./select.ts";
import { cast, neg } from "./unary.ts";
import { refuseValueDependent } from "./value-dependent.ts";
import { detach, reshape, stack } from "./views.ts";

export interface HistcOptions {
  /** How many intervals of equal width there are; default 100. */
  readonly bins?: number | undefined;
  /** The lower end of the first; by default the smallest element that is finite. */
  readonly min?: number | undefined;
  /** The upper end of the last, which belongs to it; by default the largest element that is finite. */
  readonly max?: number | undefined;
}

/**
 * How many elements lie in each of equal intervals from `min` to `max`, as float32 [bins]. What lies outside, and NaN, is not
 * counted. If all elements are equal, and no ends are given, they are in the middle.
 */
export function histc(x: Operand, options: HistcOptions = {}): Tensor {
  const { bins = 100, min, max } = options;
  checkInteger("histc", "bins", bins, 1);
  if ((min === undefined) !== (max === undefined)) throw new ValueError("histc: give both of min and max, or neither");
  if (min !== undefined && max !== undefined && !(min < max && Number.isFinite(min) && Number.isFinite(max))) {
    throw new ValueError(`histc: min ${min} must lie below max ${max}, and both be finite`);
  }
  const t = detach(new Tensor(floatNode(asTensor(x), "float32")));
  const [low, high] = [min ?? smallestFinite(t), max ?? neg(smallestFinite(neg(t)))];
  const isCounted = logicalAnd(greaterEqual(t, low), lessEqual(t, high));
  // Halves, because the difference of the ends may overflow.
  const half = (value: Operand): Tensor => mul(value, 0.5);
  const width = sub(half(high), half(low));
  const share = where(equal(width, 0), 0.5, div(sub(half(t), half(low)), width));
  const bin = minimumWithTiesToSecond(floor(mul(share, bins)), bins - 1);
  const flat = (of: Tensor): Tensor => reshape(cast(of, "int32"), [t.size]);
  const counts = zeros([bins], { dtype: "int32" });
  return cast(scatterAdd(counts, 0, flat(where(isCounted, bin, 0)), flat(isCounted)), "float32");
}

/** Infinity if there is none. */
function smallestFinite(t: Tensor): Tensor {
  return neg(largestOf(where(isFinite(t), neg(t), -Infinity), {}));
}

export interface BincountOptions {
  /** What each element counts; default 1. */
  readonly weights?: Operand | undefined;
  /** How many counts there are at least; default 0. */
  readonly minLength?: number | undefined;
}

/**
 * How often each of the numbers 0, 1, … up to the largest element occurs, as int32; with weights the sums of these, to which
 * gradients flow. x is read for it; not within `compile`.
 *
 * @param x - Integers of at least 0: [n].
 * @param options.weights - [n].
 */
export function bincount(x: Operand, options: BincountOptions = {}): Promise<Tensor> {
  refuseValueDependent("bincount");
  const t = asTensor(x);
  const { minLength = 0 } = options;
  if (isFloat(t.dtype) || t.dtype === "bool") {
    throw new DTypeError(`bincount: the elements must be integers, not ${t.dtype}; cast them to int32`);
  }
  if (t.ndim !== 1) throw new ShapeError(`bincount: ${formatShape(t.shape)} must be a vector; flatten it`);
  checkInteger("bincount", "minLength", minLength, 0);
  const weights = options.weights === undefined ? full(t.shape, 1, { dtype: "int32" }) : asTensor(options.weights);
  if (!sameShape(weights.shape, t.shape)) {
    throw new ShapeError(`bincount: weights ${formatShape(weights.shape)} must have the shape ${formatShape(t.shape)}`);
  }
  return countOf(t).then((count) => {
    const sums = zeros([Math.max(count, minLength)], { dtype: arithmeticDType(weights.dtype) });
    return scatterAdd(sums, 0, t, weights);
  });
}

/** One more than the largest element; 0 if there is none. */
async function countOf(t: Tensor): Promise<number> {
  if (t.size === 0) return 0;
  const [least, most] = await stack([amin(t), amax(t)]).data();
  if (least < 0) throw new ValueError(`bincount: ${least} is below 0; there is no count for it`);
  return most + 1;
}
