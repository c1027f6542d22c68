import { ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { type ScanKind, reducedDType } from "../graph/primitive.ts";
import { normalizeAxis } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { div, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, castNode, inFloat32 } from "./build.ts";
import { equal, isNaN, logicalAnd, logicalOr, notEqual } from "./compare.ts";
import { arange } from "./create.ts";
import { withGradient } from "./custom.ts";
import { gather } from "./indexing.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { where } from "./select.ts";
import { cast, neg } from "./unary.ts";
import { type Range, detach, reshape, slice } from "./views.ts";

function scan(t: Tensor, kind: ScanKind, axis: number, reverse = false): Tensor {
  if (t.dtype === "float16") return inFloat32([t], (wide) => scan(wide, kind, axis, reverse));
  const dtype = reducedDType(kind, t.dtype);
  return new Tensor(createNode("scan", [castNode(t.node, dtype)], t.shape, dtype, { kind, axis, reverse }));
}

/** Running sum along an axis: y_i = x_0 + … + x_i. Integers and booleans add as int32. */
export function cumsum(x: Operand, axis: number): Tensor {
  const t = asTensor(x);
  return scan(t, "sum", normalizeAxis("cumsum", axis, t.ndim));
}

/**
 * Running product along an axis: y_i = x_0 · … · x_i. Its gradient is exact where there are zeros; the second derivative
 * is where there are none.
 */
export function cumprod(x: Operand, axis: number): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("cumprod", axis, t.ndim);
  return withGradient(
    [t],
    () => scan(t, "prod", a),
    (g, y) => [productGradient(t, g, y, a)],
  );
}

/**
 * dL/dx_i = Σ_{j ≥ i} g_j · ∂y_j/∂x_i. Before the first zero z that is (Σ_{j ≥ i} g_j·y_j) / x_i. At z it is the sum of
 * g_j times the products without x_z, and behind z every product holds x_z and it is 0.
 */
function productGradient(x: Tensor, g: Tensor, y: Tensor, axis: number): Tensor {
  const isZero = equal(x, 0);
  const zerosUpTo = scan(cast(isZero, "int32"), "sum", axis);
  const isFirstZero = logicalAnd(isZero, equal(zerosUpTo, 1));
  const before = equal(zerosUpTo, 0);
  const sumBefore = scan(mul(g, y), "sum", axis, true);
  const withoutZero = cumprod(where(isFirstZero, 1, x), axis);
  const sumAtZero = scan(mul(g, withoutZero), "sum", axis, true);
  return where(before, div(sumBefore, where(before, x, 1)), where(isFirstZero, sumAtZero, 0));
}

/**
 * Running maximum along an axis and the int32 index where it stands; of equal elements the last one, as in PyTorch. A NaN
 * stays to the end. The gradient goes to the element at the index.
 */
export function cummax(x: Operand, axis: number): ValuesAndIndices {
  const t = asTensor(x);
  return runningExtreme(t, detach(t), normalizeAxis("cummax", axis, t.ndim));
}

/** Running minimum along an axis and the int32 index where it stands; see `cummax`. */
export function cummin(x: Operand, axis: number): ValuesAndIndices {
  const t = asTensor(x);
  const a = normalizeAxis("cummin", axis, t.ndim);
  const order = t.dtype === "bool" ? cast(t, "int32") : detach(t);
  return runningExtreme(t, order.dtype === "uint32" ? sub(2 ** 32 - 1, order) : neg(order), a);
}

/** The elements of `t` at the running maxima of `order`. */
function runningExtreme(t: Tensor, order: Tensor, axis: number): ValuesAndIndices {
  const highest = scan(order, "max", axis);
  const positions = reshape(
    arange(t.shape[axis]),
    t.shape.map((extent, k) => (k === axis ? extent : 1)),
  );
  const isRecord = logicalOr(equal(order, highest), isNaN(order));
  const indices = scan(where(isRecord, positions, 0), "max", axis);
  return { values: gather(t, axis, indices), indices };
}

/**
 * Differences of neighbours along an axis: y_i = x_{i+1} - x_i, taken n times; booleans give x_{i+1} ≠ x_i. Each time the
 * axis becomes one shorter.
 */
export function diff(x: Operand, options: { n?: number | undefined; axis?: number | undefined } = {}): Tensor {
  const t = asTensor(x);
  const { n = 1, axis = -1 } = options;
  const a = normalizeAxis("diff", axis, t.ndim);
  if (!Number.isInteger(n) || n < 0) throw new ValueError(`diff: n ${n} must be an integer of at least 0`);
  const from = (start: number, stop: number | null, of: Tensor): Tensor =>
    slice(
      of,
      of.shape.map((_, k): Range | null => (k === a ? [start, stop] : null)),
    );
  let result = t;
  for (let i = 0; i < n; i++) {
    const [later, earlier] = [from(1, null, result), from(0, -1, result)];
    result = t.dtype === "bool" ? notEqual(later, earlier) : sub(later, earlier);
  }
  return result;
}
