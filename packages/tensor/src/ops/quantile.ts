import { ValueError } from "../errors.ts";
import { formatShape, normalizeAxis, reducedShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { layAlong, sliceAlong } from "./along.ts";
import { add, maximumWithTiesToSecond, mul, remainder, sub } from "./arithmetic.ts";
import { moveaxis } from "./axes.ts";
import { lerp } from "./blend.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { equal, greater, isNaN, logicalAnd, logicalOr } from "./compare.ts";
import { broadcastTo, tensor } from "./create.ts";
import { gather } from "./indexing.ts";
import { type AxisOptions, sum } from "./reduce.ts";
import { floor } from "./rounding.ts";
import { where } from "./select.ts";
import { sort } from "./sort.ts";
import { cast } from "./unary.ts";
import { reshape } from "./views.ts";

/** Positions in sorted lines: an int32 index, and how far they lie on the way to the next one, in [0, 1]. */
interface Positions {
  readonly index: Tensor;
  readonly fraction: Tensor;
}

/** The element at an index, or the point between two. */
type Place = readonly [index: Tensor] | readonly [below: Tensor, above: Tensor, weight: Operand];

const next = ({ index, fraction }: Positions): Tensor => add(index, greater(fraction, 0));

/** What stands between two elements. */
const interpolations = {
  linear: (p: Positions): Place => [p.index, next(p), p.fraction],
  lower: (p: Positions): Place => [p.index],
  higher: (p: Positions): Place => [next(p)],
  midpoint: (p: Positions): Place => [p.index, next(p), 0.5],
  nearest: ({ index, fraction }: Positions): Place => {
    const isHalf = logicalAnd(equal(fraction, 0.5), equal(remainder(index, 2), 1));
    return [add(index, logicalOr(greater(fraction, 0.5), isHalf))];
  },
} as const;

export interface QuantileOptions extends AxisOptions {
  /**
   * What is given for a position between two elements: `linear` (default) the point that divides them alike, `lower` or `higher`
   * one of the two, `midpoint` their mean, `nearest` the nearer one, half-way the one at the even index.
   */
  readonly interpolation?: keyof typeof interpolations | undefined;
}

/**
 * The value below which a share q of the elements lies, along an axis or of the whole tensor, in float32: that at position
 * q·(n - 1) of the sorted elements. NaN if there is one.
 *
 * @param q - From 0 to 1, or a list, which becomes the first axis of the result.
 */
export function quantile(x: Operand, q: number | readonly number[], options: QuantileOptions = {}): Tensor {
  return ofSorted("quantile", x, q, options, (sorted, axis, shares) => {
    const last = sorted.shape[axis] - 1;
    const positions = shares.map((share) => positionOf(share * last));
    const laid = (numbers: readonly number[], dtype: "int32" | "float32"): Tensor =>
      layAlong(tensor(numbers, { dtype, backend: sorted.node.device ?? undefined }), axis, sorted.ndim);
    return {
      index: laid(
        positions.map(([index]) => index),
        "int32",
      ),
      fraction: laid(
        positions.map(([, fraction]) => fraction),
        "float32",
      ),
      // NaN is sorted to the end.
      isNone: isNaN(sliceAlong(sorted, axis, [last, last + 1])),
    };
  });
}

/** As `quantile`, of the elements that are numbers; NaN where there is none. Positions are rounded to float32. */
export function nanquantile(x: Operand, q: number | readonly number[], options: QuantileOptions = {}): Tensor {
  return ofSorted("nanquantile", x, q, options, (sorted, axis, shares) => {
    const count = sum(equal(sorted, sorted), { axis, keepDims: true });
    const last = cast(maximumWithTiesToSecond(sub(count, 1), 0), "float32");
    const wanted = tensor(shares, { dtype: "float32", backend: sorted.node.device ?? undefined });
    const position = mul(last, layAlong(wanted, axis, sorted.ndim));
    const index = floor(position);
    return { index: cast(index, "int32"), fraction: sub(position, index), isNone: equal(count, 0) };
  });
}

/** Index and fraction of a position; one that only rounding keeps from a whole number is that number. */
function positionOf(position: number): [index: number, fraction: number] {
  const whole = Math.round(position);
  if (Math.abs(position - whole) <= whole * Number.EPSILON) return [whole, 0];
  const index = Math.floor(position);
  return [index, position - index];
}

/** @param find - The positions, and which lines have no quantile, with extents that broadcast to [lines …, shares …, lines …]. */
function ofSorted(
  operation: string,
  x: Operand,
  q: number | readonly number[],
  { axis: over, keepDims, interpolation = "linear" }: QuantileOptions,
  find: (sorted: Tensor, axis: number, shares: readonly number[]) => Positions & { readonly isNone: Tensor },
): Tensor {
  const shares = Array.isArray(q) ? (q as readonly number[]) : [q as number];
  for (const share of shares) {
    if (!(share >= 0 && share <= 1)) throw new ValueError(`${operation}: q ${share} must lie in [0, 1]`);
  }
  if (!Object.hasOwn(interpolations, interpolation)) {
    const known = Object.keys(interpolations).join(", ");
    throw new ValueError(`${operation}: there is no interpolation ${interpolation}; there are ${known}`);
  }
  return inFloat32([x], (t) => {
    const isWhole = over === undefined || over === null || t.ndim === 0;
    const source = isWhole ? reshape(t, [t.size]) : t;
    const axis = normalizeAxis(operation, over ?? 0, source.ndim);
    if (source.shape[axis] === 0) {
      throw new ValueError(`${operation}: an axis of extent 0 has none (shape ${formatShape(t.shape)})`);
    }
    const sorted = sort(source, { axis }).values;
    const { isNone, ...positions } = find(sorted, axis, shares);
    const shape = source.shape.map((extent, k) => (k === axis ? shares.length : extent));
    const at = (index: Tensor): Tensor => gather(sorted, axis, broadcastTo(index, shape));
    const place: Place = interpolations[interpolation](positions);
    const found = place.length === 1 ? at(place[0]) : lerp(at(place[0]), at(place[1]), place[2]);
    const reduced = reducedShape(t.shape, isWhole ? t.shape.map((_, k) => k) : [axis], keepDims === true);
    const result = moveaxis(where(isNone, NaN, found), axis, 0);
    return reshape(result, typeof q === "number" ? reduced : [shares.length, ...reduced]);
  });
}
