import { ShapeError, ValueError } from "../errors.ts";
import { type Operand, asTensor, inFloat32 } from "../ops/build.ts";
import { amax, amin, norm, sum } from "../ops/reduce.ts";
import { abs } from "../ops/unary.ts";
import { squeeze } from "../ops/views.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

export interface MatrixNormOptions {
  /**
   * √Σ|x|² (`fro`, the default); the largest (1) or least (-1) sum of absolute values of a column; the same of a row (±Infinity).
   */
  readonly ord?: "fro" | number | undefined;
  /** The axes of rows and of columns; default the last two. */
  readonly axis?: readonly [rows: number, columns: number] | undefined;
  /** Keep both axes with extent 1. */
  readonly keepDims?: boolean | undefined;
}

/** Norms that need singular values, which take the host. */
const onHost: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [2, "linalg.spectralNorm"],
  ["nuc", "linalg.nuclearNorm"],
  [-2, "linalg.svd"],
]);

/**
 * Norms of matrices. The gradient of the Frobenius norm at a matrix of zeros is 0, and equal extreme sums share theirs.
 *
 * @throws {ValueError} the orders 2 and "nuc": see `linalg.spectralNorm` and `linalg.nuclearNorm`.
 */
export function matrixNorm(x: Operand, options: MatrixNormOptions = {}): Tensor {
  const { ord = "fro", axis = [-2, -1], keepDims = false } = options;
  const { shape } = asTensor(x);
  if (shape.length < 2) throw new ShapeError(`linalg.matrixNorm: ${formatShape(shape)} must have at least two axes`);
  const [rows, columns] = axis.map((one) => normalizeAxis("linalg.matrixNorm", one, shape.length));
  if (axis.length !== 2 || rows === columns) {
    throw new ValueError(`linalg.matrixNorm: axis [${axis.join(", ")}] must name two axes of ${formatShape(shape)}`);
  }
  if (ord === "fro") return norm(x, { axis: [rows, columns], keepDims });
  const host = onHost.get(ord);
  if (host !== undefined) {
    throw new ValueError(`linalg.matrixNorm: ord ${String(ord)} needs singular values; use await ${host}(x)`);
  }
  if (Math.abs(ord) !== 1 && Math.abs(ord) !== Infinity) {
    throw new ValueError(`linalg.matrixNorm: ord ${String(ord)} must be "fro", 1, -1, Infinity or -Infinity`);
  }
  const [summed, compared] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
  if (shape[compared] === 0) {
    throw new ShapeError(`linalg.matrixNorm: ${formatShape(shape)} has no sums along axis ${summed} to compare`);
  }
  return inFloat32([x], (t) => {
    const sums = sum(abs(t), { axis: summed, keepDims: true });
    const result = (ord > 0 ? amax : amin)(sums, { axis: compared, keepDims: true });
    return keepDims ? result : squeeze(result, [rows, columns]);
  });
}
