import { type Matrix, matrixOf, product, rotate, rowOf, transposed } from "./matrix.ts";
import { complement, orthogonalFactors } from "./orthogonal.ts";
import { symmetricEigen } from "./tridiagonal.ts";

/** A = U·diag(s)·Vᵀ with as many columns of U, and rows of Vᵀ, as singular values. */
export interface SingularFactors {
  readonly u: Matrix;
  /** Falling. */
  readonly s: Float64Array;
  readonly vh: Matrix;
}

/**
 * Singular values and vectors by one-sided Jacobi rotations of the triangle of a QR decomposition (Drmač and Veselić, "New fast
 * and accurate Jacobi SVD algorithm I", SIAM Journal on Matrix Analysis and Applications 29, 2008). Null if that does not
 * converge.
 */
export function singularFactors(a: Matrix): SingularFactors | null {
  if (a.rows < a.columns) {
    const factors = singularFactors(transposed(a));
    return factors && { u: transposed(factors.vh), s: factors.s, vh: transposed(factors.u) };
  }
  const n = a.columns;
  const { q, r } = orthogonalFactors(a, n);
  // The eigenvectors W of R·Rᵀ make the rows of W·R orthogonal but for the digits that squaring has lost; rotations find these.
  const w = symmetricEigen(product(r, transposed(r)))?.vectors;
  if (w === undefined) return null;
  const turned = product(w, r);
  if (!orthogonalizeRows(turned, w)) return null;
  // W·R = diag(s)·Vᵀ, so that A = Q·R = (Q·Wᵀ)·diag(s)·Vᵀ.
  const lengths = Float64Array.from({ length: n }, (_, i) => Math.sqrt(squaredLength(rowOf(turned, i))));
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j] - lengths[i]);
  const s = Float64Array.from(order, (i) => lengths[i]);
  const vh = matrixOf(n, n);
  const basis = matrixOf(n, n);
  order.forEach((from, i) => {
    rowOf(basis, i).set(rowOf(w, from));
    rowOf(vh, i).set(rowOf(turned, from).map((value) => (s[i] === 0 ? 0 : value / s[i])));
  });
  // Where a singular value is 0, any vector will do that is orthogonal to the others.
  const rank = s.filter((value) => value > 0).length;
  if (rank < n) vh.data.set(complement(vh, rank, n - rank).data, rank * n);
  return { u: product(q, transposed(basis)), s, vh };
}

/** How many times all pairs of rows may be gone through; three are usual. */
const mostSweeps = 60;

/** Turns pairs of rows until all are orthogonal to each other, and the rows of another matrix with them. */
function orthogonalizeRows(a: Matrix, along: Matrix): boolean {
  const tolerance = Number.EPSILON * Math.sqrt(a.columns);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let isDone = true;
    for (let i = 0; i < a.rows; i++) {
      for (let j = i + 1; j < a.rows; j++) {
        const [x, y] = [rowOf(a, i), rowOf(a, j)];
        const angle = anglesOf(x, y, tolerance);
        if (angle === null) continue;
        isDone = false;
        rotate(x, y, angle.c, angle.s);
        rotate(rowOf(along, i), rowOf(along, j), angle.c, angle.s);
      }
    }
    if (isDone) return true;
  }
  return false;
}

/** The rotation after which two vectors are orthogonal; null if they are. */
function anglesOf(x: Float64Array, y: Float64Array, tolerance: number): { c: number; s: number } | null {
  let [a, b, between] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    a += x[i] * x[i];
    b += y[i] * y[i];
    between += x[i] * y[i];
  }
  if (Math.abs(between) <= tolerance * Math.sqrt(a * b)) return null;
  const zeta = (a - b) / (2 * between);
  const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + tangent * tangent);
  return { c, s: c * tangent };
}

function squaredLength(x: Float64Array): number {
  return x.reduce((sum, value) => sum + value * value, 0);
}
