import { type Matrix, addMultiple, identity, matrixOf, rowOf } from "./matrix.ts";

/** P·A = L·U, with L (its diagonal of ones left out) below U in one matrix. */
export interface Factors {
  readonly lu: Matrix;
  /** Row i of P·A is row `order[i]` of A. */
  readonly order: Int32Array;
  /** The determinant of P: 1 or -1. */
  readonly parity: number;
  /** Whether a pivot is 0, or no larger than the rounding errors in it: the factors are then not finished. */
  readonly isSingular: boolean;
}

/**
 * Gaussian elimination with partial pivoting (Golub and Van Loan, Matrix Computations, 4th edition, section 3.4).
 *
 * A pivot is an element of A minus products l·u. Its rounding error is at most about n units in the last place of the same sum
 * of absolute values, which is carried along: a pivot below that is none.
 */
export function factorize(a: Matrix): Factors {
  const n = a.rows;
  const lu = matrixOf(n, n, a.data.slice());
  const sizes = matrixOf(n, n, a.data.map(Math.abs));
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let parity = 1;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(lu.data[i * n + k]) > Math.abs(lu.data[pivot * n + k])) pivot = i;
    }
    if (pivot !== k) {
      swapRows(lu, k, pivot);
      swapRows(sizes, k, pivot);
      [order[k], order[pivot]] = [order[pivot], order[k]];
      parity = -parity;
    }
    const largest = lu.data[k * n + k];
    if (Math.abs(largest) <= n * Number.EPSILON * sizes.data[k * n + k]) {
      return { lu, order, parity, isSingular: true };
    }
    for (let i = k + 1; i < n; i++) {
      const factor = lu.data[i * n + k] / largest;
      addMultiple(rowOf(lu, i, k + 1), -factor, rowOf(lu, k, k + 1));
      addSizes(rowOf(sizes, i, k + 1), factor, rowOf(lu, k, k + 1));
      lu.data[i * n + k] = factor;
    }
  }
  return { lu, order, parity, isSingular: false };
}

/** Adds the absolute values of a multiple of y to x. */
function addSizes(x: Float64Array, factor: number, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i] += Math.abs(factor * y[i]);
}

function swapRows(a: Matrix, i: number, j: number): void {
  const [x, y] = [rowOf(a, i), rowOf(a, j)];
  const kept = x.slice();
  x.set(y);
  y.set(kept);
}

/** X with A·X = B for A that is not singular. */
export function solveFactors({ lu, order }: Factors, b: Matrix): Matrix {
  const x = matrixOf(b.rows, b.columns);
  order.forEach((from, i) => rowOf(x, i).set(rowOf(b, from)));
  substitute(lu, x, { upper: false, unitriangular: true });
  substitute(lu, x, { upper: true, unitriangular: false });
  return x;
}

/** A⁻¹ of what is not singular. */
export function inverseOfFactors(factors: Factors): Matrix {
  return solveFactors(factors, identity(factors.lu.rows));
}

/** Which triangle of a matrix counts, and whether its diagonal counts as ones. */
export interface Triangle {
  readonly upper: boolean;
  readonly unitriangular: boolean;
}

/** Replaces B by T⁻¹·B for a triangle T of a matrix. */
export function substitute(a: Matrix, b: Matrix, { upper, unitriangular }: Triangle): void {
  const n = a.rows;
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const row = rowOf(b, i);
    for (let j = upper ? i + 1 : 0; j < (upper ? n : i); j++) addMultiple(row, -a.data[i * n + j], rowOf(b, j));
    if (unitriangular) continue;
    const pivot = a.data[i * n + i];
    for (let column = 0; column < row.length; column++) row[column] /= pivot;
  }
}
