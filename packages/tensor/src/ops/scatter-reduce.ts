import { arithmeticDType, isFloat } from "../dtype.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, div, maximum, minimum, mul, sub } from "./arithmetic.ts";
import { floorDivide } from "./floor-divide.ts";
import { type Operand, asTensor, operandNode } from "./build.ts";
import { equal, greater, greaterEqual, less, logicalAnd, logicalNot, logicalOr } from "./compare.ts";
import { checkIndices } from "./check-indices.ts";
import { broadcastTo, zeros } from "./create.ts";
import { withGradient } from "./custom.ts";
import { gather, scatterAdd } from "./indexing.ts";
import { integerIndex } from "./integer-index.ts";
import { pad } from "./pad.ts";
import { cumsum } from "./scan.ts";
import { where } from "./select.ts";
import { argsort } from "./sort.ts";
import { cast } from "./unary.ts";
import { type Range, slice } from "./views.ts";

export type ScatterReduction = "sum" | "mean" | "prod" | "amax" | "amin";

export interface ScatterReduceOptions {
  /** How the elements of source that go to one place become one. */
  readonly reduce: ScatterReduction;
  /** Whether what x has there is one of them (default), or is replaced. Where no index points x stays in any case. */
  readonly includeSelf?: boolean | undefined;
}

/** What goes where: shapes have been checked, and the source has that of the index. */
interface Scatter {
  readonly x: Tensor;
  readonly axis: number;
  readonly index: Tensor;
  readonly source: Tensor;
  /** How many elements go to each place of x. */
  readonly counts: Tensor;
  /** Whether there are any. */
  readonly isReached: Tensor;
  readonly includeSelf: boolean;
}

const reductions: Readonly<Record<ScatterReduction, (scatter: Scatter) => Tensor>> = {
  sum,
  mean,
  prod,
  amax: (scatter) => extremum(scatter, maximum),
  amin: (scatter) => extremum(scatter, minimum),
};

/**
 * Folds source into x at places picked along an axis: out[index[i][j]][j] is made of x[index[i][j]][j] and all source[i][j] with that
 * index, for axis 0. The index has the rank of x; its other extents are at most those of x, and all at most those of source.
 * An index outside of the axis that a device computed is passed over (see `gather`). The result has the dtype of x, but int32 for uint8
 * and bool; means of integers are rounded down.
 *
 * Equal extremes share the gradient, that of x among them. Products have exact gradients of any order, also with zeros. Products
 * and extremes sort the index: n log n for n elements along the axis.
 */
export function scatterReduce(
  x: Operand,
  axis: number,
  index: Tensor,
  source: Operand,
  options: ScatterReduceOptions,
): Tensor {
  const { reduce, includeSelf = true } = options;
  if (!Object.hasOwn(reductions, reduce)) {
    throw new ValueError(
      `scatterReduce: reduce ${String(reduce)} must be one of ${Object.keys(reductions).join(", ")}`,
    );
  }
  const t = asTensor(x);
  const a = normalizeAxis("scatterReduce", axis, t.ndim);
  const i = integerIndex("scatterReduce", index);
  if (t.dtype === "float16") {
    return cast(scatterReduce(cast(t, "float32"), a, i, source, options), "float16");
  }
  const self = cast(t, arithmeticDType(t.dtype));
  if (i.ndim !== t.ndim || i.shape.some((extent, k) => k !== a && extent > t.shape[k])) {
    throw new ShapeError(
      `scatterReduce: index ${formatShape(i.shape)} must have the rank of ${formatShape(t.shape)} and fit it but on axis ${a}`,
    );
  }
  const values = sourceFor(i, new Tensor(operandNode("scatterReduce", source, self.dtype)));
  checkIndices("scatterReduce", i, t.shape[a]);
  if (i.size === 0 || t.size === 0) return self;
  const counts = scatterAdd(zeros(t.shape, { dtype: "int32" }), a, i, 1);
  const isReached = greater(counts, 0);
  return reductions[reduce]({ x: self, axis: a, index: i, source: values, counts, isReached, includeSelf });
}

function sourceFor(index: Tensor, source: Tensor): Tensor {
  if (source.ndim === 0) return broadcastTo(source, index.shape);
  if (source.ndim !== index.ndim || index.shape.some((extent, k) => extent > source.shape[k])) {
    throw new ShapeError(
      `scatterReduce: source ${formatShape(source.shape)} is smaller than the index ${formatShape(index.shape)}`,
    );
  }
  return slice(
    source,
    index.shape.map((extent): Range => [0, extent]),
  );
}

function sum({ x, axis, index, source, isReached, includeSelf }: Scatter): Tensor {
  return scatterAdd(includeSelf ? x : where(isReached, 0, x), axis, index, source);
}

function mean(scatter: Scatter): Tensor {
  const { counts, isReached, includeSelf } = scatter;
  const divisor = includeSelf ? add(counts, 1) : where(isReached, counts, 1);
  const total = sum(scatter);
  return isFloat(total.dtype) ? div(total, divisor) : floorDivide(total, cast(divisor, total.dtype));
}

function prod(scatter: Scatter): Tensor {
  const { x, isReached, includeSelf } = scatter;
  const products = folded(scatter, mul);
  return includeSelf ? mul(x, where(isReached, products, 1)) : where(isReached, products, x);
}

function extremum(scatter: Scatter, pick: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const { x, axis, index, source, isReached, includeSelf } = scatter;
  return withGradient(
    [x, source],
    () => {
      const extremes = folded(scatter, pick);
      return where(isReached, includeSelf ? pick(x, extremes) : extremes, x);
    },
    (g, result) => {
      const keepsSelf = logicalNot(isReached);
      const isSelf = includeSelf ? logicalOr(keepsSelf, equal(x, result)) : keepsSelf;
      const isSource = equal(source, gather(result, axis, index));
      const ties = scatterAdd(cast(isSelf, "float32"), axis, index, cast(isSource, "float32"));
      const share = div(g, where(equal(ties, 0), 1, ties));
      return [where(isSelf, share, 0), where(isSource, gather(share, axis, index), 0)];
    },
  );
}

/** The source folded at each place of x; where nothing goes, anything. */
function folded({ x, axis, index, source, counts }: Scatter, combine: (a: Tensor, b: Tensor) => Tensor): Tensor {
  const extent = x.shape[axis];
  const isInside = logicalAnd(greaterEqual(index, 0), less(index, extent));
  // Sorted, what goes to one place is a segment; what goes to none stands at the end.
  const goal = widened(where(isInside, index, extent), x.shape, axis, extent);
  const order = argsort(goal, { axis });
  const values = gather(widened(source, x.shape, axis, 0), axis, order);
  const running = runningFold(values, gather(goal, axis, order), axis, combine);
  return gather(running, axis, sub(cumsum(counts, axis), 1));
}

/** Other axes made as long as those of a shape. */
function widened(t: Tensor, shape: readonly number[], axis: number, value: number): Tensor {
  const pads = shape.map((extent, k) => (k === axis ? 0 : extent - t.shape[k]));
  return pad(
    t,
    pads.reverse().flatMap((missing) => [0, missing]),
    { value },
  );
}

/** Each element folded with those before it in its segment, in steps that double how far each fold reaches. */
function runningFold(
  values: Tensor,
  segments: Tensor,
  axis: number,
  combine: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  let result = values;
  for (let reach = 1; reach < values.shape[axis]; reach *= 2) {
    const isSame = equal(segments, later(segments, axis, reach, -1));
    result = where(isSame, combine(result, later(result, axis, reach, 0)), result);
  }
  return result;
}

/** Element i - by at place i, and a number in front. */
function later(t: Tensor, axis: number, by: number, value: number): Tensor {
  const cut = slice(
    t,
    t.shape.map((_, k): Range | null => (k === axis ? [0, -by] : null)),
  );
  const pads = t.shape.flatMap((_, k) => (t.ndim - 1 - k === axis ? [by, 0] : [0, 0]));
  return pad(cut, pads, { value });
}
