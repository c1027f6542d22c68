import { ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { type ReduceKind, reducedDType } from "../graph/primitive.ts";
import { normalizeAxes, normalizeAxis, reducedShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { div, mul, pow, sub } from "./arithmetic.ts";
import { type Operand, asTensor, castNode, fillNode, inFloat32 } from "./build.ts";
import { equal, notEqual } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { gather } from "./indexing.ts";
import { where } from "./select.ts";
import { abs, sqrt, square } from "./unary.ts";
import { reshape, unsqueeze } from "./views.ts";
import { named } from "./named.ts";

export interface ReduceOptions {
  /** Axes to fold; all of them if left out. */
  readonly axis?: number | readonly number[] | null | undefined;
  /** Keep the folded axes with extent 1. */
  readonly keepDims?: boolean | undefined;
}

export interface AxisOptions {
  readonly axis?: number | null | undefined;
  readonly keepDims?: boolean | undefined;
}

/** What folding no elements at all gives. */
const emptyFolds: Partial<Record<ReduceKind, number>> = { sum: 0, prod: 1 };

/** @param empty - What to give for no elements at all, where folding them has a result. */
function reduce(
  name: string,
  kind: ReduceKind,
  x: Operand,
  options: ReduceOptions,
  empty: number | undefined = emptyFolds[kind],
): Tensor {
  const t = asTensor(x);
  if (t.dtype === "float16") return inFloat32([t], (wide) => reduce(name, kind, wide, options, empty));
  const axes = normalizeAxes(name, options.axis, t.ndim);
  const dtype = reducedDType(kind, t.dtype);
  if (axes.some((axis) => t.shape[axis] === 0)) {
    if (empty === undefined) {
      throw new ValueError(`${name}: an axis of extent 0 has no ${kind === "max" ? "largest" : "smallest"} element`);
    }
    const shape = reducedShape(t.shape, axes, options.keepDims === true);
    return withGradient(
      [t],
      () => new Tensor(fillNode(empty, shape, dtype)),
      () => [new Tensor(fillNode(0, t.shape, t.dtype))],
    );
  }
  const node = castNode(t.node, dtype);
  const folded =
    axes.length === 0 ? node : createNode("reduce", [node], reducedShape(t.shape, axes, false), dtype, { kind, axes });
  const result = new Tensor(folded);
  return options.keepDims === true ? reshape(result, reducedShape(t.shape, axes, true)) : result;
}

/** Sum over axes; integers and booleans add as int32. */
export function sum(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("sum", "sum", x, options);
}

/** Product over axes. */
export function prod(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("prod", "prod", x, options);
}

/** Largest element over axes; NaN if there is one. Equal largest elements share the gradient. */
export function amax(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("amax", "max", x, options);
}

/** As `amax`, and -inf over no elements at all. */
export function largestOf(x: Tensor, options: ReduceOptions): Tensor {
  return reduce("amax", "max", x, options, -Infinity);
}

/** Smallest element over axes; NaN if there is one. Equal smallest elements share the gradient. */
export function amin(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("amin", "min", x, options);
}

/** Arithmetic mean over axes; integers give float32. */
export function mean(x: Operand, options: ReduceOptions = {}): Tensor {
  return named("mean", () => inFloat32([x], (t) => div(sum(t, options), countOf("mean", t, options))));
}

function countOf(name: string, t: Tensor, options: ReduceOptions): number {
  return sizeOf(normalizeAxes(name, options.axis, t.ndim).map((axis) => t.shape[axis]));
}

export interface VarianceOptions extends ReduceOptions {
  /** Σ(x - mean)² is divided by n - correction: 1 (default) for a sample, 0 for a population. */
  readonly correction?: number | undefined;
}

/** Variance over axes, in two passes: Σ(x - mean)² / (n - correction). */
export function variance(x: Operand, options: VarianceOptions = {}): Tensor {
  return named("variance", () => varianceOf("variance", x, options));
}

function varianceOf(name: string, x: Operand, options: VarianceOptions): Tensor {
  const { correction = 1 } = options;
  if (!Number.isFinite(correction)) throw new ValueError(`${name}: correction ${correction} must be a finite number`);
  return inFloat32([x], (t) => {
    const centred = sub(t, mean(t, { axis: options.axis, keepDims: true }));
    const divisor = Math.max(0, countOf(name, t, options) - correction);
    return div(sum(square(centred), options), divisor);
  });
}

/** Standard deviation: the root of `variance`. The gradient where it is 0 is 0. */
export function std(x: Operand, options: VarianceOptions = {}): Tensor {
  return named("std", () =>
    inFloat32([x], (t) => {
      const v = varianceOf("std", t, options);
      return withGradient(
        [v],
        () => sqrt(v),
        (g, s) => {
          const isZero = equal(s, 0);
          return [where(isZero, 0, div(mul(g, 0.5), where(isZero, 1, s)))];
        },
      );
    }),
  );
}

export interface NormOptions extends ReduceOptions {
  /** The order: 2 (default), 1, 0 (count of non-zeros), Infinity, -Infinity or any other number. */
  readonly p?: number | undefined;
}

/** Vector p-norm over axes: (Σ|x|^p)^(1/p). The gradient at a zero vector is 0. */
export function norm(x: Operand, options: NormOptions = {}): Tensor {
  return named("norm", () => {
    const { p = 2 } = options;
    if (typeof p !== "number" || Number.isNaN(p)) throw new ValueError(`norm: p ${String(p)} must be a number`);
    return inFloat32([x], (t) => {
      if (p === Infinity) return amax(abs(t), options);
      if (p === -Infinity) return amin(abs(t), options);
      if (p === 0) return sum(new Tensor(castNode(notEqual(t, 0).node, "float32")), options);
      if (p === 1) return sum(abs(t), options);
      const total = p === 2 ? sum(square(t), options) : sum(pow(abs(t), p), options);
      // The root has no slope at 0: the inner choice keeps infinities out of the gradient, the outer one gives the value.
      const isZero = equal(total, 0);
      const safe = where(isZero, 1, total);
      return where(isZero, 0, p === 2 ? sqrt(safe) : pow(safe, 1 / p));
    });
  });
}

function argExtreme(name: string, kind: "max" | "min", x: Operand, options: AxisOptions): Tensor {
  const t = asTensor(x);
  const flat = options.axis === undefined || options.axis === null || t.ndim === 0;
  const source = flat ? reshape(t, [t.size]) : t;
  const axis = normalizeAxis(name, options.axis ?? 0, source.ndim);
  if (source.shape[axis] === 0) throw new ValueError(`${name}: an axis of extent 0 has no ${kind}`);
  const shape = reducedShape(source.shape, [axis], false);
  const result = new Tensor(createNode("argReduce", [source.node], shape, "int32", { kind, axis }));
  if (options.keepDims !== true) return result;
  return reshape(result, flat ? t.shape.map(() => 1) : reducedShape(t.shape, [axis], true));
}

/** int32 index of the first largest element along an axis, or in the flattened tensor; NaN counts as largest. */
export function argmax(x: Operand, options: AxisOptions = {}): Tensor {
  return argExtreme("argmax", "max", x, options);
}

/** int32 index of the first smallest element along an axis, or in the flattened tensor; NaN counts as smallest. */
export function argmin(x: Operand, options: AxisOptions = {}): Tensor {
  return argExtreme("argmin", "min", x, options);
}

export interface ValuesAndIndices {
  readonly values: Tensor;
  /** int32, no gradient. */
  readonly indices: Tensor;
}

function extremeAlong(name: string, kind: "max" | "min", x: Operand, options: AxisOptions): ValuesAndIndices {
  const t = asTensor(x);
  if (t.ndim === 0) {
    const { values, indices } = extremeAlong(name, kind, reshape(t, [1]), options);
    return { values: reshape(values, []), indices: reshape(indices, []) };
  }
  const axis = normalizeAxis(name, options.axis ?? 0, t.ndim);
  const kept = argExtreme(name, kind, t, { axis, keepDims: true });
  const values = gather(t, axis, kept);
  const shape = reducedShape(t.shape, [axis], options.keepDims === true);
  return { values: reshape(values, shape), indices: reshape(kept, shape) };
}

/** Largest element: of the whole tensor, or with an axis values and indices; ties go to the first index. */
export function max(x: Operand): Tensor;
export function max(x: Operand, options: AxisOptions & { axis: number }): ValuesAndIndices;
export function max(x: Operand, options: AxisOptions = {}): Tensor | ValuesAndIndices {
  if (options.axis === undefined || options.axis === null) return reduce("max", "max", x, options);
  return extremeAlong("max", "max", x, options);
}

/** Smallest element: of the whole tensor, or with an axis values and indices; ties go to the first index. */
export function min(x: Operand): Tensor;
export function min(x: Operand, options: AxisOptions & { axis: number }): ValuesAndIndices;
export function min(x: Operand, options: AxisOptions = {}): Tensor | ValuesAndIndices {
  if (options.axis === undefined || options.axis === null) return reduce("min", "min", x, options);
  return extremeAlong("min", "min", x, options);
}

/** Whether any element is true (not 0); false if there is none. */
export function any(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("any", "max", new Tensor(castNode(asTensor(x).node, "bool")), options, 0);
}

/** Whether all elements are true (not 0); true if there is none. */
export function all(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("all", "min", new Tensor(castNode(asTensor(x).node, "bool")), options, 1);
}

/** A reduced tensor back beside the axes it lost: extent 1 at each of `axes` (ascending). */
export function restoreAxes(x: Tensor, axes: readonly number[]): Tensor {
  return axes.reduce((result, axis) => unsqueeze(result, axis), x);
}
