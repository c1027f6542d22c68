import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { tril, triu } from "../ops/triangle.ts";
import { neg } from "../ops/unary.ts";
import { transpose } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { failure, matricesLeaf, readBatch, requireSquare } from "./batch.ts";
import { inverseOf } from "./inverse.ts";
import { type Triangle, substitute } from "./lu.ts";
import { type Matrix, identity } from "./matrix.ts";
import { systemOf } from "./system.ts";

export interface SolveTriangularOptions {
  /** Whether A is the upper triangle of a, with the diagonal; otherwise the lower one. The other elements are not looked at. */
  readonly upper: boolean;
  /** Whether the equations are A·X = B (default), or X·A = B. */
  readonly left?: boolean | undefined;
  /** Whether the diagonal of A counts as ones. */
  readonly unitriangular?: boolean | undefined;
}

/** T⁻¹ of a triangle of a matrix. */
export function triangularInverse(a: Matrix, triangle: Triangle): Matrix {
  const result = identity(a.rows);
  substitute(a, result, triangle);
  return result;
}

/**
 * The solutions X of A·X = B for triangular A, by substitution. The gradients are those of {@link solve}, cut to the triangle.
 *
 * @param a - Square matrices [..., n, n].
 * @param b - [..., n, k], or [..., k, n] where X·A = B. Batch axes broadcast.
 * @throws {ValueError} a 0 on the diagonal.
 */
export function solveTriangular(a: Operand, b: Operand, options: SolveTriangularOptions): Promise<Tensor> {
  const { left = true, unitriangular = false } = options;
  const system = systemOf("linalg.solveTriangular", a, b, { vectors: false, left });
  requireSquare(system.a);
  const triangle: Triangle = { upper: options.upper === left, unitriangular };
  const skipped = Number(unitriangular);
  const part = (t: Tensor): Tensor => (triangle.upper ? triu(t, skipped) : tril(t, -skipped));
  return Promise.all([readBatch(system.a), readBatch(system.b)]).then(([triangles, solutions]) => {
    triangles.forEach((matrix, i) => {
      const isZero = (_: number, k: number): boolean => k % (matrix.rows + 1) === 0 && matrix.data[k] === 0;
      if (!unitriangular && matrix.data.some(isZero)) throw failure(system.a, i, "has a 0 on its diagonal");
      substitute(matrix, solutions[i], triangle);
    });
    const result = withGradient(
      [system.a.tensor, system.b.tensor],
      () => matricesLeaf(system.b, system.b.rows, system.b.columns, solutions),
      (g, x) => {
        const inverses = triangles.map((matrix) => triangularInverse(matrix, triangle));
        const inverse = inverseOf(system.a, system.a.tensor, inverses, part);
        const byB = matmul(transpose(inverse), g);
        return [part(neg(matmul(byB, transpose(x)))), byB];
      },
    );
    return system.solution(result);
  });
}
