import { add, mul } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { tril } from "../ops/triangle.ts";
import { transpose } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { asOperand, failure, matricesLeaf, readBatch, squareBatchOf } from "./batch.ts";
import { inverseOf } from "./inverse.ts";
import { type Matrix, innerProduct, matrixOf, rowOf } from "./matrix.ts";
import { triangularInverse } from "./triangular.ts";

export interface CholeskyOptions {
  /** Give the upper triangle U = Lᵀ with A = Uᵀ·U. */
  readonly upper?: boolean | undefined;
}

/** L of a matrix whose lower triangle counts, row by row; null if it is not positive definite. */
function lowerFactor(a: Matrix): Matrix | null {
  const n = a.rows;
  const l = matrixOf(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a.data[i * n + j] - innerProduct(rowOf(l, i).subarray(0, j), rowOf(l, j).subarray(0, j));
      if (i === j && rest <= 0) return null;
      l.data[i * n + j] = i === j ? Math.sqrt(rest) : rest / l.data[j * n + j];
    }
  }
  return l;
}

/**
 * The lower triangles L with A = L·Lᵀ and a positive diagonal, for symmetric positive definite matrices [..., n, n]. Of A only
 * the lower triangle is read. The gradient is symmetric: half of P + Pᵀ with P = L⁻ᵀ·Φ(Lᵀ·g)·L⁻¹, where Φ takes the lower
 * triangle and half of the diagonal (I. Murray, "Differentiation of the Cholesky decomposition", 2016).
 *
 * @throws {ValueError} a matrix that is not positive definite.
 */
export function cholesky(a: Operand, options: CholeskyOptions = {}): Promise<Tensor> {
  const batch = squareBatchOf("linalg.cholesky", a);
  return readBatch(batch).then((matrices) => {
    const factors = matrices.map((matrix, i) => {
      const factor = lowerFactor(matrix);
      if (factor === null) throw failure(batch, i, "is not positive definite");
      return factor;
    });
    const lower = withGradient(
      [batch.tensor],
      () => matricesLeaf(batch, batch.rows, batch.rows, factors),
      (g, l) => {
        const inverses = factors.map((factor) => triangularInverse(factor, { upper: false, unitriangular: false }));
        const inverse = inverseOf(batch, l, inverses, (t) => tril(t));
        const inner = matmul(transpose(l), g);
        const half = mul(add(tril(inner), tril(inner, -1)), 0.5);
        const p = matmul(matmul(transpose(inverse), half), inverse);
        return [mul(add(p, transpose(p)), 0.5)];
      },
    );
    return asOperand(batch, options.upper === true ? transpose(lower) : lower);
  });
}
