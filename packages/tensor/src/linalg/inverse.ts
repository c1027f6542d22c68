import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { neg } from "../ops/unary.ts";
import { transpose } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { type Batch, asOperand, failure, matricesLeaf, readBatch, squareBatchOf } from "./batch.ts";
import { type Factors, factorize, inverseOfFactors } from "./lu.ts";
import type { Matrix } from "./matrix.ts";

/** Factors of a matrix of a batch that must have an inverse. */
export function regularFactors(batch: Batch, matrix: Matrix, index: number): Factors {
  const factors = factorize(matrix);
  if (factors.isSingular) throw failure(batch, index, "is singular");
  return factors;
}

/**
 * Inverses that the host has computed, as a differentiable function of a tensor: the gradient is -Yᵀ·g·Yᵀ (M. B. Giles,
 * "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008).
 *
 * @param part - The part of the tensor that the inverses depend on.
 */
export function inverseOf(
  batch: Batch,
  tensor: Tensor,
  inverses: readonly Matrix[],
  part = (gradient: Tensor): Tensor => gradient,
): Tensor {
  return withGradient(
    [tensor],
    () => matricesLeaf(batch, batch.rows, batch.rows, inverses),
    (g, y) => [part(neg(matmul(matmul(transpose(y), g), transpose(y))))],
  );
}

/**
 * Inverse matrices: [..., n, n], by elimination with partial pivoting.
 *
 * @throws {ValueError} a singular matrix; {@link pinv} has an inverse of every matrix.
 */
export function inv(a: Operand): Promise<Tensor> {
  const batch = squareBatchOf("linalg.inv", a);
  return readBatch(batch).then((matrices) => {
    const inverses = matrices.map((matrix, i) => inverseOfFactors(regularFactors(batch, matrix, i)));
    return asOperand(batch, inverseOf(batch, batch.tensor, inverses));
  });
}
