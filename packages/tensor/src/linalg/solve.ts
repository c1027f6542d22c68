import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { neg } from "../ops/unary.ts";
import { transpose } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { matricesLeaf, readBatch, requireSquare } from "./batch.ts";
import { inverseOf, regularFactors } from "./inverse.ts";
import { inverseOfFactors, solveFactors } from "./lu.ts";
import { systemOf } from "./system.ts";

/**
 * The solutions X of A·X = B, by elimination with partial pivoting. Its gradient by B is A⁻ᵀ·g, and by A -A⁻ᵀ·g·Xᵀ (M. B. Giles,
 * "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008).
 *
 * @param a - Square matrices [..., n, n].
 * @param b - [..., n, k], or vectors: [n], or [..., n] with the batch axes of a. Batch axes broadcast.
 * @returns Of the shape of b, broadcast.
 * @throws {ValueError} a singular matrix; {@link lstsq} takes every matrix.
 */
export function solve(a: Operand, b: Operand): Promise<Tensor> {
  const system = systemOf("linalg.solve", a, b, { vectors: true, left: true });
  requireSquare(system.a);
  return Promise.all([readBatch(system.a), readBatch(system.b)]).then(([left, right]) => {
    const factors = left.map((matrix, i) => regularFactors(system.a, matrix, i));
    const solutions = factors.map((factor, i) => solveFactors(factor, right[i]));
    const result = withGradient(
      [system.a.tensor, system.b.tensor],
      () => matricesLeaf(system.b, system.b.rows, system.b.columns, solutions),
      (g, x) => {
        const inverse = inverseOf(system.a, system.a.tensor, factors.map(inverseOfFactors));
        const byB = matmul(transpose(inverse), g);
        return [neg(matmul(byB, transpose(x))), byB];
      },
    );
    return system.solution(result);
  });
}
