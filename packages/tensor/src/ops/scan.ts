import type { DType } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { type ScanKind, reducedDType } from "../graph/primitive.ts";
import { normalizeAxis } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { placesAlong, sliceAlong } from "./along.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, castNode, inFloat32 } from "./build.ts";
import { equal, isNaN, logicalOr, notEqual } from "./compare.ts";
import { onesLike } from "./create.ts";
import { withGradient } from "./custom.ts";
import { gather } from "./indexing.ts";
import type { ValuesAndIndices } from "./reduce.ts";
import { where } from "./select.ts";
import { cast, neg } from "./unary.ts";
import { alongAxis, concat, detach } from "./views.ts";
import { named } from "./named.ts";

function scan(t: Tensor, kind: ScanKind, axis: number, reverse = false): Tensor {
  if (t.dtype === "float16") return inFloat32([t], (wide) => scan(wide, kind, axis, reverse));
  const dtype = reducedDType(kind, t.dtype);
  return new Tensor(createNode("scan", [castNode(t.node, dtype)], t.shape, dtype, { kind, axis, reverse }));
}

/**
 * Running sum along an axis: y_i = x_0 + … + x_i. uint8 and booleans add as int32.
 *
 * @param options.dtype - What the elements are cast to first; default their own.
 */
export function cumsum(x: Operand, axis: number, options: { dtype?: DType | undefined } = {}): Tensor {
  const { dtype } = options;
  const t = dtype === undefined ? x : named("cumsum", () => cast(x, dtype));
  return alongAxis("cumsum", t, axis, (line, a) => scan(line, "sum", a));
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
  const first = onesLike(sliceAlong(x, axis, [0, 1]));
  return concat([first, cumprod(sliceAlong(x, axis, [0, -1]), axis)], axis);
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
  const rest = sliceAlong(x, axis, [by]);
  const before = x.shape.map(() => 0);
  const after = x.shape.map((_, k) => (k === axis ? by : 0));
  const shape = rest.shape.map((extent, k) => extent + after[k]);
  // The primitive itself: `pad` would bring all of its modes into every page that trains.
  return new Tensor(createNode("pad", [rest.node], shape, x.dtype, { before, after }));
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
    const isRecord = logicalOr(equal(ordered, scan(ordered, "max", a)), isNaN(ordered));
    return scan(where(isRecord, placesAlong(t, a), 0), "max", a);
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
  let result = t;
  for (let i = 0; i < n; i++) {
    const [later, earlier] = [sliceAlong(result, a, [1]), sliceAlong(result, a, [0, -1])];
    result = t.dtype === "bool" ? notEqual(later, earlier) : sub(later, earlier);
  }
  return result;
}
