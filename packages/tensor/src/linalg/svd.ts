import { MinimaError } from "../errors.ts";
import { add, div, mul, sub } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { square } from "../ops/unary.ts";
import { concat, transpose, unsqueeze } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { type Batch, asOperand, batchOf, leafOf, matricesLeaf, readBatch } from "./batch.ts";
import { skewOverGaps } from "./gaps.ts";
import { type SingularFactors, singularFactors } from "./jacobi.ts";
import { transposed } from "./matrix.ts";
import { complement } from "./orthogonal.ts";

export interface SvdOptions {
  /** Square U and Vᵀ; by default they have as many columns, and rows, as there are singular values. */
  readonly fullMatrices?: boolean | undefined;
}

export interface SvdResult {
  /** Orthonormal columns: [..., m, k], or [..., m, m]. */
  readonly u: Tensor;
  /** The k = min(m, n) singular values, falling: [..., k]. */
  readonly s: Tensor;
  /** Orthonormal rows: [..., k, n], or [..., n, n]. */
  readonly vh: Tensor;
}

/**
 * Singular values and vectors of matrices [..., m, n]: A = U·diag(s)·Vᵀ. The signs of a pair of vectors mean nothing.
 *
 * The gradient through the singular values is U·diag(gs)·Vᵀ. Singular vectors have one where all singular values differ and none
 * is 0; with F_ij = 1 / (s_j² - s_i²) and skew X = X - Xᵀ it is U·((F ∘ skew(Uᵀ·gU))·S + S·(F ∘ skew(Vᵀ·gV)))·Vᵀ +
 * (I - U·Uᵀ)·gU·S⁻¹·Vᵀ + U·S⁻¹·gVᵀ·(I - V·Vᵀ) (J. Townsend, "Differentiating the singular value decomposition", 2016). The vectors
 * that only `fullMatrices` adds have none.
 */
export function svd(a: Operand, options: SvdOptions = {}): Promise<SvdResult> {
  const batch = batchOf("linalg.svd", a);
  const { rows, columns } = batch;
  const count = Math.min(rows, columns);
  return factorsOf(batch).then((factors) => {
    const { s, ...vectors } = differentiable(batch, factors);
    let { u, vh } = vectors;
    if (options.fullMatrices === true && rows > count) {
      const others = factors.map((factor) => transposed(complement(transposed(factor.u), count, rows - count)));
      u = concat([u, matricesLeaf(batch, rows, rows - count, others)], -1);
    }
    if (options.fullMatrices === true && columns > count) {
      const others = factors.map((factor) => complement(factor.vh, count, columns - count));
      vh = concat([vh, matricesLeaf(batch, columns - count, columns, others)], -2);
    }
    return { u: asOperand(batch, u), s: asOperand(batch, s), vh: asOperand(batch, vh) };
  });
}

/** The singular values alone, in float32, with their gradient. */
export async function singularValues(batch: Batch): Promise<Tensor> {
  return differentiable(batch, await factorsOf(batch)).s;
}

/** What the host computes. */
export async function factorsOf(batch: Batch): Promise<SingularFactors[]> {
  return (await readBatch(batch)).map((matrix) => {
    const factors = singularFactors(matrix);
    if (factors === null) throw new MinimaError(`${batch.operation}: the iteration did not converge`);
    return factors;
  });
}

/** Factors as tensors, each with its part of the gradient. */
function differentiable(batch: Batch, factors: readonly SingularFactors[]): SvdResult {
  const { rows, columns, tensor } = batch;
  const count = Math.min(rows, columns);
  const left = factors.map((factor) => factor.u);
  const values = factors.map((factor) => factor.s);
  const right = factors.map((factor) => factor.vh);
  const turned = (x: Tensor): Tensor => skewOverGaps(x, square(s));
  const u: Tensor = withGradient(
    [tensor],
    () => matricesLeaf(batch, rows, count, left),
    (g, y) => {
      const along = matmul(transpose(y), g);
      const inside = matmul(y, mul(turned(along), unsqueeze(s, -2)));
      if (rows === count) return [matmul(inside, vh)];
      const outside = div(sub(g, matmul(y, along)), unsqueeze(s, -2));
      return [matmul(add(inside, outside), vh)];
    },
  );
  const s: Tensor = withGradient(
    [tensor],
    () => leafOf(batch, [count], values),
    (g) => [matmul(mul(u, unsqueeze(g, -2)), vh)],
  );
  const vh: Tensor = withGradient(
    [tensor],
    () => matricesLeaf(batch, count, columns, right),
    (g, y) => {
      const along = matmul(y, transpose(g));
      const inside = matmul(mul(turned(along), unsqueeze(s, -1)), y);
      if (columns === count) return [matmul(u, inside)];
      const outside = div(sub(g, matmul(transpose(along), y)), unsqueeze(s, -1));
      return [matmul(u, add(inside, outside))];
    },
  );
  return { u, s, vh };
}
