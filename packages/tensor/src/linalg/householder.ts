import { addMultiple, innerProduct } from "./matrix.ts";

/** The reflection I - β·v·vᵀ, which takes a vector to α times the first unit vector. */
export interface Reflection {
  readonly v: Float64Array;
  readonly beta: number;
  readonly alpha: number;
}

/** Householder's reflection for a vector (Golub and Van Loan, Matrix Computations, 4th edition, section 5.1). */
export function reflectionOf(x: Float64Array): Reflection {
  const v = x.slice();
  const tail = v.subarray(1);
  const rest = innerProduct(tail, tail);
  if (rest === 0) return { v, beta: 0, alpha: x[0] };
  const norm = Math.sqrt(x[0] ** 2 + rest);
  const alpha = x[0] > 0 ? -norm : norm; // so that the subtraction cancels nothing
  v[0] -= alpha;
  return { v, beta: 2 / (v[0] ** 2 + rest), alpha };
}

/** Reflects a vector. */
export function reflect({ v, beta }: Reflection, x: Float64Array): void {
  if (beta !== 0) addMultiple(x, -beta * innerProduct(v, x), v);
}
