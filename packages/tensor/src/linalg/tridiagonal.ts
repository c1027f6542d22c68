import { type Reflection, reflect, reflectionOf } from "./householder.ts";
import { type Matrix, addMultiple, identity, innerProduct, rotate, rowOf } from "./matrix.ts";

/** A symmetric matrix with a diagonal and what stands beside it, and the basis in which it is that: its rows. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  /** Element i stands between places i and i + 1 of the diagonal. */
  readonly beside: Float64Array;
  readonly basis: Matrix;
}

/** Householder's tridiagonalisation of a symmetric matrix, which is overwritten. */
function tridiagonalize(a: Matrix): Tridiagonal {
  const n = a.rows;
  const beside = new Float64Array(Math.max(0, n - 1));
  const reflections: Reflection[] = [];
  for (let k = 0; k < n - 1; k++) {
    const reflection = reflectionOf(rowOf(a, k, k + 1));
    const { v, beta, alpha } = reflection;
    // H·B·H = B - v·wᵀ - w·vᵀ for the block B behind row k.
    const w = v.map((_, i) => beta * innerProduct(rowOf(a, k + 1 + i, k + 1), v));
    addMultiple(w, (-beta / 2) * innerProduct(w, v), v);
    for (let i = 0; i < v.length; i++) {
      const row = rowOf(a, k + 1 + i, k + 1);
      addMultiple(row, -v[i], w);
      addMultiple(row, -w[i], v);
    }
    beside[k] = alpha;
    reflections.push(reflection);
  }
  const basis = identity(n);
  for (let k = n - 2; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) reflect(reflections[k], rowOf(basis, j, k + 1));
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a.data[i * n + i]), beside, basis };
}

/** How many steps an eigenvalue may take; two or three are usual. */
const mostSteps = 100;

export interface SymmetricEigen {
  /** In no order. */
  readonly values: Float64Array;
  /** Row i belongs to value i. */
  readonly vectors: Matrix;
}

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric matrix, which is overwritten: tridiagonal form, then QR steps with
 * Wilkinson's shift (Golub and Van Loan, Matrix Computations, 4th edition, section 8.3). Null if that does not converge.
 */
export function symmetricEigen(a: Matrix): SymmetricEigen | null {
  const tridiagonal = tridiagonalize(a);
  const { diagonal, beside, basis } = tridiagonal;
  const isNothing = (i: number): boolean =>
    Math.abs(beside[i]) <= Number.EPSILON * (Math.abs(diagonal[i]) + Math.abs(diagonal[i + 1]));
  let steps = 0;
  for (let last = a.rows - 1; last > 0;) {
    if (isNothing(last - 1)) {
      last--;
      steps = 0;
      continue;
    }
    if (steps++ === mostSteps) return null;
    let first = last - 1;
    while (first > 0 && !isNothing(first - 1)) first--;
    step(tridiagonal, first, last);
  }
  return { values: diagonal, vectors: basis };
}

/** One QR step on the part from `first` to `last`: rotations chase what the first one puts out of place to the end. */
function step({ diagonal: d, beside: e, basis }: Tridiagonal, first: number, last: number): void {
  const half = (d[last - 1] - d[last]) / 2;
  const square = e[last - 1] * e[last - 1];
  const root = Math.sqrt(half * half + square);
  const shift = d[last] - square / (half + (half < 0 ? -root : root));
  let x = d[first] - shift;
  let z = e[first];
  for (let k = first; k < last; k++) {
    const length = Math.sqrt(x * x + z * z);
    const [c, s] = length === 0 ? [1, 0] : [x / length, z / length];
    if (k > first) e[k - 1] = length;
    const [a, b, between] = [d[k], d[k + 1], e[k]];
    d[k] = c * c * a + 2 * c * s * between + s * s * b;
    d[k + 1] = s * s * a - 2 * c * s * between + c * c * b;
    e[k] = c * s * (b - a) + (c * c - s * s) * between;
    x = e[k];
    if (k < last - 1) {
      z = s * e[k + 1];
      e[k + 1] *= c;
    }
    rotate(rowOf(basis, k), rowOf(basis, k + 1), c, s);
  }
}
