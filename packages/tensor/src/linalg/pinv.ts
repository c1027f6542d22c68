import { ValueError } from "../errors.ts";
import { add, sub } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { transpose } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { type Batch, asOperand, batchOf, matricesLeaf, readBatch } from "./batch.ts";
import type { SingularFactors } from "./jacobi.ts";
import { type Matrix, addMultiple, matrixOf, product, rowOf, transposed } from "./matrix.ts";
import { factorsOf } from "./svd.ts";
import { systemOf } from "./system.ts";

export interface RankOptions {
  /**
   * Singular values up to rtol times the largest one count as 0. Default max(m, n)·2⁻²³: what rounding to float32 may leave of
   * a 0.
   */
  readonly rtol?: number | undefined;
}

/** The singular value up to which one counts as 0, for descending singular values. */
export function thresholdOf({ operation, rows, columns }: Batch, { rtol }: RankOptions): (s: Float64Array) => number {
  const relative = rtol ?? Math.max(rows, columns) * 2 ** -23;
  if (!(relative >= 0)) throw new ValueError(`${operation}: rtol ${relative} must be a number of at least 0`);
  return (s) => relative * (s[0] ?? 0);
}

/** V·diag(1/s)·Uᵀ, with 0 for the inverse of what counts as 0. */
function pseudoinverse({ u, s, vh }: SingularFactors, threshold: number): Matrix {
  const scaled = matrixOf(vh.rows, vh.columns);
  s.forEach((value, i) => {
    if (value > threshold) addMultiple(rowOf(scaled, i), 1 / value, rowOf(vh, i));
  });
  return product(transposed(scaled), transposed(u));
}

/** A pseudoinverse that the host has computed, as a differentiable function of A. */
function pseudoinverseOf(batch: Batch, inverses: readonly Matrix[]): Tensor {
  const { tensor: a, rows, columns } = batch;
  return withGradient(
    [a],
    () => matricesLeaf(batch, columns, rows, inverses),
    (g, p) => [byMatrix(a, p, g)],
  );
}

/**
 * The gradient of P by A: -Pᵀ·g·Pᵀ + (I - A·P)·gᵀ·P·Pᵀ + Pᵀ·P·gᵀ·(I - P·A).
 */
function byMatrix(a: Tensor, p: Tensor, g: Tensor): Tensor {
  const [pT, gT] = [transpose(p), transpose(g)];
  const beside = matmul(gT, matmul(p, pT));
  const below = matmul(matmul(pT, p), gT);
  const first = sub(beside, matmul(a, matmul(p, beside)));
  const second = sub(below, matmul(matmul(below, p), a));
  return sub(add(first, second), matmul(matmul(pT, g), pT));
}

/**
 * Moore–Penrose pseudoinverses: [..., m, n] gives [..., n, m], by singular values. The gradient is that of matrices that keep
 * their rank (G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose
 * variables separate", SIAM Journal on Numerical Analysis 10, 1973).
 */
export function pinv(a: Operand, options: RankOptions = {}): Promise<Tensor> {
  const batch = batchOf("linalg.pinv", a);
  const thresholdFor = thresholdOf(batch, options);
  return factorsOf(batch).then((factors) => {
    const inverses = factors.map((factor) => pseudoinverse(factor, thresholdFor(factor.s)));
    return asOperand(batch, pseudoinverseOf(batch, inverses));
  });
}

/**
 * The X that make ‖A·X - B‖ least, and of several the least X: A⁺·B, with singular values that count as 0 as in {@link pinv}.
 * Its gradient is that of the product.
 *
 * @param a - Matrices [..., m, n].
 * @param b - [..., m, k], or vectors: [m], or [..., m] with the batch axes of a. Batch axes broadcast.
 * @returns [..., n, k], or [..., n] for vectors.
 */
export function lstsq(a: Operand, b: Operand): Promise<Tensor> {
  const system = systemOf("linalg.lstsq", a, b, { vectors: true, left: true });
  const thresholdFor = thresholdOf(system.a, {});
  return Promise.all([factorsOf(system.a), readBatch(system.b)]).then(([factors, right]) => {
    const inverses = factors.map((factor) => pseudoinverse(factor, thresholdFor(factor.s)));
    const solutions = inverses.map((inverse, i) => product(inverse, right[i]));
    const { tensor: left } = system.a;
    const result = withGradient(
      [left, system.b.tensor],
      () => matricesLeaf(system.b, system.a.columns, system.b.columns, solutions),
      (g) => {
        const inverse = pseudoinverseOf(system.a, inverses);
        return [byMatrix(left, inverse, matmul(g, transpose(system.b.tensor))), matmul(transpose(inverse), g)];
      },
    );
    return system.solution(result);
  });
}
