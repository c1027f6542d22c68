import { mul } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { transpose, unsqueeze } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { type Batch, asOperand, leafOf, readBatch, squareBatchOf } from "./batch.ts";
import { inverseOf } from "./inverse.ts";
import { type Factors, factorize, inverseOfFactors } from "./lu.ts";
import { matrixOf } from "./matrix.ts";

/** Elements of U's diagonal. */
function pivotsOf({ lu }: Factors): Float64Array {
  return Float64Array.from({ length: lu.rows }, (_, i) => lu.data[i * (lu.rows + 1)]);
}

/** One number for each matrix, with a multiple of A⁻ᵀ for gradient, which is NaN for a singular matrix. */
function numbersOf(
  batch: Batch,
  factors: readonly Factors[],
  numbers: readonly number[],
  multiple: (gradient: Tensor, output: Tensor) => Tensor,
): Tensor {
  const { rows: n } = batch;
  const scalars = numbers.map((number) => [number]);
  const result = withGradient(
    [batch.tensor],
    () => leafOf(batch, [], scalars),
    (g, y) => {
      const inverses = factors.map((factor) =>
        factor.isSingular ? matrixOf(n, n, new Float64Array(n * n).fill(NaN)) : inverseOfFactors(factor),
      );
      const inverse = inverseOf(batch, batch.tensor, inverses);
      return [mul(unsqueeze(unsqueeze(multiple(g, y), -1), -1), transpose(inverse))];
    },
  );
  return asOperand(batch, result);
}

/** A product over the pivots, with the sign of the exchanges; 0 for a singular matrix. */
function productOf(factors: Factors, termOf: (pivot: number) => number): number {
  if (factors.isSingular) return 0;
  return pivotsOf(factors).reduce((product, pivot) => product * termOf(pivot), factors.parity);
}

function logarithmOf(factors: Factors): number {
  if (factors.isSingular) return -Infinity;
  return pivotsOf(factors).reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0);
}

/**
 * Determinants of square matrices: [..., n, n] gives [...]; 0 for a singular one. The gradient is g·det(A)·A⁻ᵀ (M. B. Giles,
 * "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008), and NaN
 * for a singular matrix.
 */
export function det(a: Operand): Promise<Tensor> {
  const batch = squareBatchOf("linalg.det", a);
  return readBatch(batch).then((matrices) => {
    const factors = matrices.map(factorize);
    const determinants = factors.map((factor) => productOf(factor, (pivot) => pivot));
    return numbersOf(batch, factors, determinants, mul);
  });
}

export interface SignedLogarithm {
  /** 1, -1, or 0 for a singular matrix; no gradient. */
  readonly sign: Tensor;
  /** The natural logarithm of the absolute value; -inf for a singular matrix. */
  readonly logAbsDet: Tensor;
}

/**
 * Determinants of square matrices as sign·exp(logAbsDet), which does not overflow: [..., n, n] gives [...]. The gradient of
 * the logarithm is g·A⁻ᵀ, and NaN for a singular matrix.
 */
export function slogdet(a: Operand): Promise<SignedLogarithm> {
  const batch = squareBatchOf("linalg.slogdet", a);
  return readBatch(batch).then((matrices) => {
    const factors = matrices.map(factorize);
    const signs = factors.map((factor) => [productOf(factor, Math.sign)]);
    const logarithms = factors.map(logarithmOf);
    return {
      sign: asOperand(batch, leafOf(batch, [], signs)),
      logAbsDet: numbersOf(batch, factors, logarithms, (g) => g),
    };
  });
}
