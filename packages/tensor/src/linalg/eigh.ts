import { MinimaError } from "../errors.ts";
import { mul } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { transpose, unsqueeze } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { asOperand, leafOf, matricesLeaf, readBatch, squareBatchOf } from "./batch.ts";
import { skewOverGaps } from "./gaps.ts";
import { type Matrix, matrixOf, rowOf, transposed } from "./matrix.ts";
import { symmetricEigen } from "./tridiagonal.ts";

export interface EighResult {
  /** Rising: [..., n]. */
  readonly eigenvalues: Tensor;
  /** Orthonormal columns in the same order: [..., n, n]. */
  readonly eigenvectors: Tensor;
}

/** Both, with the eigenvalues rising. */
function sortedEigen(a: Matrix): { values: Float64Array; vectors: Matrix } {
  const n = a.rows;
  const lower = a.data.map((_, k) => a.data[Math.max(k, (k % n) * n + Math.floor(k / n))]); // of two mirrored places the later
  const eigen = symmetricEigen(matrixOf(n, n, lower));
  if (eigen === null) throw new MinimaError("linalg.eigh: the iteration for the eigenvalues did not converge");
  const order = Array.from(eigen.values.keys()).sort((i, j) => eigen.values[i] - eigen.values[j]);
  const rows = matrixOf(n, n);
  order.forEach((from, i) => rowOf(rows, i).set(rowOf(eigen.vectors, from)));
  return { values: Float64Array.from(order, (i) => eigen.values[i]), vectors: transposed(rows) };
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices [..., n, n]: A = V·diag(w)·Vᵀ. Of A only the lower triangle is read. The sign
 * of an eigenvector means nothing.
 *
 * The gradient is symmetric: V·(diag(gw) + F ∘ S)·Vᵀ with S the skew part of Vᵀ·gV and F_ij = 1 / (w_j - w_i) (M. B. Giles,
 * "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008). Eigenvectors
 * have one where all eigenvalues differ.
 */
export function eigh(a: Operand): Promise<EighResult> {
  const batch = squareBatchOf("linalg.eigh", a);
  const { rows: n } = batch;
  return readBatch(batch).then((matrices) => {
    const eigen = matrices.map(sortedEigen);
    const values = eigen.map((each) => each.values);
    const vectors = eigen.map((each) => each.vectors);
    const eigenvalues: Tensor = withGradient(
      [batch.tensor],
      () => leafOf(batch, [n], values),
      (g) => [matmul(mul(eigenvectors, unsqueeze(g, -2)), transpose(eigenvectors))],
    );
    const eigenvectors: Tensor = withGradient(
      [batch.tensor],
      () => matricesLeaf(batch, n, n, vectors),
      (g, v) => {
        const turned = mul(skewOverGaps(matmul(transpose(v), g), eigenvalues), 0.5);
        return [matmul(matmul(v, turned), transpose(v))];
      },
    );
    return { eigenvalues: asOperand(batch, eigenvalues), eigenvectors: asOperand(batch, eigenvectors) };
  });
}
