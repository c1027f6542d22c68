import type { Tensor } from "../../tensor.ts";
import { add, clamp, div, mul, sub } from "../arithmetic.ts";
import { equal, greater, greaterEqual, isNaN, less, lessEqual, logicalAnd } from "../compare.ts";
import { arange } from "../create.ts";
import { polynomial } from "../polynomial.ts";
import { floor, round } from "../rounding.ts";
import { where } from "../select.ts";
import { cast } from "../unary.ts";
import { concat, detach, reshape, unsqueeze } from "../views.ts";
import { cubicPolynomials, cubicSlope } from "./cubic.ts";

export type GridSampleMode = "bilinear" | "nearest" | "bicubic";
export type GridPaddingMode = "zeros" | "border" | "reflection";

/** How places along one axis become taps. */
export interface GridAxis {
  readonly extent: number;
  readonly mode: GridSampleMode;
  readonly paddingMode: GridPaddingMode;
  readonly alignCorners: boolean;
}

/** The elements of one axis that make those of the result, [batch, taps, places] each. */
export interface GridTaps {
  /** int32, within the axis. */
  readonly index: Tensor;
  /** Null where it is 1. */
  readonly weight: Tensor | null;
  /** Where a tap lies within the axis; null if all do. */
  readonly isInside: Tensor | null;
}

/** The weights of neighbouring elements as polynomials in how far the place lies behind element 0 of them, counted from `first`. */
const neighbours = {
  bilinear: { first: 0, polynomials: [[-1, 1], [1, 0]] }, // prettier-ignore
  bicubic: { first: -1, polynomials: cubicPolynomials(cubicSlope) },
} as const;

/** @param coordinates - float32 [batch, places], -1 and 1 at the ends of the axis. */
export function gridTaps(coordinates: Tensor, axis: GridAxis): GridTaps {
  const { mode } = axis;
  const position = positions(coordinates, axis);
  if (mode === "nearest") return indexed(unsqueeze(round(padded(position, axis)), 1), null, axis);
  const place = mode === "bilinear" ? padded(position, axis) : position;
  const below = floor(place);
  const behind = unsqueeze(sub(place, below), 1);
  const { first, polynomials } = neighbours[mode];
  const steps = reshape(arange(first, first + polynomials.length), [polynomials.length, 1]);
  const taps = add(unsqueeze(below, 1), steps);
  const weight = concat(
    polynomials.map((coefficients) => polynomial(coefficients, behind)),
    1,
  );
  return indexed(mode === "bilinear" ? taps : padded(taps, axis), weight, axis);
}

/** The last places that are told from each other where what lies outside is reflected. */
const furthestReflected = 2 ** 22;

/** What lies further away, and infinity, counts as this; it lies outside as well. */
const furthest = 2 ** 24;

/** Coordinates in elements. NaN counts as -1; beyond some distance from the axis all places are as good. */
function positions(coordinates: Tensor, { extent, paddingMode, alignCorners }: GridAxis): Tensor {
  const known = clamp(where(isNaN(coordinates), -1, coordinates), { min: -furthest, max: furthest });
  const fromEdge = add(known, 1);
  const position = alignCorners ? mul(div(fromEdge, 2), extent - 1) : div(sub(mul(fromEdge, extent), 1), 2);
  const limit = paddingMode === "reflection" ? furthestReflected : extent + 3;
  return clamp(position, { min: -limit, max: limit });
}

function padded(position: Tensor, axis: GridAxis): Tensor {
  switch (axis.paddingMode) {
    case "zeros":
      return position;
    case "border":
      return clipped(position, axis);
    case "reflection":
      return clipped(reflected(position, axis), axis);
  }
}

/** Moved onto the axis; at the ends too no gradient passes. */
function clipped(position: Tensor, { extent }: GridAxis): Tensor {
  const last = extent - 1;
  const isWithin = logicalAnd(greater(position, 0), less(position, last));
  return where(isWithin, position, clamp(detach(position), { min: 0, max: last }));
}

/** Mirrored at the ends of the axis as often as need be: at the edges of the outer elements, or at their centres. */
function reflected(position: Tensor, { extent, alignCorners }: GridAxis): Tensor {
  const [low, span] = alignCorners ? [0, extent - 1] : [-0.5, extent];
  if (span === 0) return mul(position, 0);
  const distance = where(less(position, low), sub(low, position), sub(position, low));
  const turns = floor(div(distance, span));
  const rest = sub(distance, mul(turns, span));
  const isBack = equal(sub(turns, mul(floor(div(turns, 2)), 2)), 1);
  return add(where(isBack, sub(span, rest), rest), low);
}

function indexed(taps: Tensor, weight: Tensor | null, { extent, paddingMode }: GridAxis): GridTaps {
  const [low, high] = [0, extent - 1];
  const isInside = paddingMode === "zeros" ? logicalAnd(greaterEqual(taps, low), lessEqual(taps, high)) : null;
  return { index: cast(clamp(detach(taps), { min: low, max: high }), "int32"), weight, isInside };
}
