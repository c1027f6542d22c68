/** A matrix of doubles on the host, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** A matrix with the elements given, or of zeros. */
export function matrixOf(rows: number, columns: number, data = new Float64Array(rows * columns)): Matrix {
  return { rows, columns, data };
}

/** Ones on the diagonal, zeros elsewhere. */
export function identity(rows: number, columns = rows): Matrix {
  const result = matrixOf(rows, columns);
  for (let i = 0; i < Math.min(rows, columns); i++) result.data[i * columns + i] = 1;
  return result;
}

/** A row, which shares its elements with the matrix; also the part of it that starts at a column. */
export function rowOf({ columns, data }: Matrix, row: number, from = 0): Float64Array {
  return data.subarray(row * columns + from, (row + 1) * columns);
}

/** Rows become columns. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const result = matrixOf(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j];
  return result;
}

/** Matrix product. */
export function product(a: Matrix, b: Matrix): Matrix {
  const result = matrixOf(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    const row = rowOf(result, i);
    for (let k = 0; k < a.columns; k++) addMultiple(row, a.data[i * a.columns + k], rowOf(b, k));
  }
  return result;
}

/** Adds a multiple of y to x. */
export function addMultiple(x: Float64Array, factor: number, y: Float64Array): void {
  if (factor === 0) return;
  for (let i = 0; i < x.length; i++) x[i] += factor * y[i];
}

/** Σ x·y. */
export function innerProduct(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** Turns two vectors by an angle of the given cosine and sine: x becomes c·x + s·y, and y becomes c·y - s·x. */
export function rotate(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i], y[i]];
    x[i] = c * a + s * b;
    y[i] = c * b - s * a;
  }
}
