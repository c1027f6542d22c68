import { type Reflection, reflect, reflectionOf } from "./householder.ts";
import { type Matrix, identity, matrixOf, rowOf, transposed } from "./matrix.ts";

export interface OrthogonalFactors {
  readonly q: Matrix;
  readonly r: Matrix;
}

/**
 * A = Q·R by Householder's reflections (Golub and Van Loan, Matrix Computations, 4th edition, section 5.2), with nothing
 * negative on the diagonal of R.
 *
 * @param width - How many columns Q has: from min(rows, columns) to rows.
 */
export function orthogonalFactors(a: Matrix, width: number): OrthogonalFactors {
  const columns = transposed(a); // whose rows lie together
  const reflections: Reflection[] = [];
  for (let k = 0; k < Math.min(a.rows, a.columns); k++) {
    const reflection = reflectionOf(rowOf(columns, k, k));
    for (let j = k + 1; j < a.columns; j++) reflect(reflection, rowOf(columns, j, k));
    rowOf(columns, k, k).fill(0)[0] = reflection.alpha;
    reflections.push(reflection);
  }
  const q = identity(width, a.rows);
  for (let k = reflections.length - 1; k >= 0; k--) {
    for (let j = k; j < width; j++) reflect(reflections[k], rowOf(q, j, k));
  }
  const r = matrixOf(width, a.columns);
  for (let i = 0; i < width; i++) {
    const sign = (reflections[i]?.alpha ?? 0) < 0 ? -1 : 1;
    if (sign < 0) negate(rowOf(q, i));
    for (let j = i; j < a.columns; j++) r.data[i * a.columns + j] = sign * columns.data[j * a.rows + i];
  }
  return { q: transposed(q), r };
}

function negate(x: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] = -x[i];
}

/** So many orthonormal rows that are orthogonal to the first `given` rows of a matrix, which are orthonormal. */
export function complement(a: Matrix, given: number, count: number): Matrix {
  const first = matrixOf(given, a.columns, a.data.slice(0, given * a.columns));
  const basis = transposed(orthogonalFactors(transposed(first), given + count).q);
  return matrixOf(count, a.columns, basis.data.slice(given * a.columns));
}
