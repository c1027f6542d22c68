import { ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { type ScanKind, reducedDType } from "../graph/primitive.ts";
import { normalizeAxis } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, castNode, inFloat32 } from "./build.ts";
import { equal, isNaN, logicalOr, notEqual } from "./compare.ts";
import { arange, onesLike } from "./create.ts";
import { withGradient } from "./custom.ts";
import { gather } from "./indexing.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { where } from "./select.ts";
import { cast, neg } from "./unary.ts";
import { pad } from "./pad.ts";
import { type Range, alongAxis, concat, detach, reshape, slice } from "./views.ts";

function scan(t: Tensor, kind: ScanKind, axis: number, reverse = false): Tensor {
  if (t.dtype === "float16") return inFloat32([t], (wide) => scan(wide, kind, axis, reverse));
  const dtype = reducedDType(kind, t.dtype);
  return new Tensor(createNode("scan", [castNode(t.node, dtype)], t.shape, dtype, { kind, axis, reverse }));
}

/** Running sum along an axis: y_i = x_0 + … + x_i. Integers and booleans add as int32. */
export function cumsum(x: Operand, axis: number): Tensor {
  return alongAxis("cumsum", x, axis, (t, a) => scan(t, "sum", a));
}

/** Running product along an axis: y_i = x_0 · … · x_i. Its derivatives of any order are exact, also where there are zeros. */
export function cumprod(x: Operand, axis: number): Tensor {
  return alongAxis("cumprod", x, axis, (t, a) =>
    withGradient(
      [t],
      () => scan(t, "prod", a),
      (g) => [mul(productsBefore(t, a), sumsBehind(t, g, a))],
    ),
  );
}

/** x_0 · … · x_{i-1}, which is 1 for the first element. */
function productsBefore(x: Tensor, axis: number): Tensor {
  const first = onesLike(part(x, axis, 0, 1));
  return concat([first, cumprod(part(x, axis, 0, -1), axis)], axis);
}

/**
 * Σ_{j ≥ i} g_j · x_{i+1} · … · x_j: the derivative of Σ g_j·y_j by x_i but for the products before it. As r_i = g_i + x_{i+1}·r_{i+1},
 * in steps that double how far each sum reaches; without divisions, so that zeros are no exception.
 */
function sumsBehind(x: Tensor, g: Tensor, axis: number): Tensor {
  const length = x.shape[axis];
  let factors = shifted(x, axis, 1);
  let sums = g;
  for (let reach = 1; reach < length; reach *= 2) {
    sums = add(sums, mul(factors, shifted(sums, axis, reach)));
    factors = mul(factors, shifted(factors, axis, reach));
  }
  return sums;
}

/** Element i + by at place i, zeros behind. */
function shifted(x: Tensor, axis: number, by: number): Tensor {
  const pads = x.shape.flatMap((_, k) => (x.ndim - 1 - k === axis ? [0, by] : [0, 0]));
  return pad(part(x, axis, by, null), pads);
}

function part(x: Tensor, axis: number, start: number, stop: number | null): Tensor {
  return slice(
    x,
    x.shape.map((_, k): Range | null => (k === axis ? [start, stop] : null)),
  );
}

/**
 * Running maximum along an axis and the int32 index where it stands; of equal elements the last one, as in PyTorch. A NaN
 * stays to the end. The gradient goes to the element at the index.
 */
export function cummax(x: Operand, axis: number): ValuesAndIndices {
  return runningExtreme("cummax", asTensor(x), axis, (t) => t);
}

/** Running minimum along an axis and the int32 index where it stands; see `cummax`. */
export function cummin(x: Operand, axis: number): ValuesAndIndices {
  return runningExtreme("cummin", asTensor(x), axis, (t) => {
    if (t.dtype === "uint32") return sub(2 ** 32 - 1, t);
    return t.dtype === "int32" ? sub(-1, t) : neg(t.dtype === "bool" ? cast(t, "int32") : t); // -1 - x never overflows
  });
}

/** The elements at the running maxima of what `order` makes of them. */
function runningExtreme(name: string, x: Tensor, axis: number, order: (t: Tensor) => Tensor): ValuesAndIndices {
  const indices = alongAxis(name, x, axis, (t, a) => {
    const ordered = order(detach(t));
    const places = t.shape.map((extent, k) => (k === a ? extent : 1));
    const positions = reshape(arange(t.shape[a]), places);
    const isRecord = logicalOr(equal(ordered, scan(ordered, "max", a)), isNaN(ordered));
    return scan(where(isRecord, positions, 0), "max", a);
  });
  return { values: x.ndim === 0 ? x : gather(x, normalizeAxis(name, axis, x.ndim), indices), indices };
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
