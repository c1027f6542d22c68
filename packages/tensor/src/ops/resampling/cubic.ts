/**
 * Cubic convolution (Keys 1981, "Cubic convolution interpolation for digital image processing"): the weights of the four
 * elements around a place that lies the fraction f behind the second of them, as polynomials in f, the highest power first.
 *
 * @param a - The slope of the kernel at 1.
 */
export function cubicPolynomials(a: number): readonly (readonly number[])[] {
  return [
    [a, -2 * a, a, 0],
    [a + 2, -a - 3, 0, 1],
    [-a - 2, 2 * a + 3, -a, 0],
    [-a, a, 0, 0],
  ];
}

/** The slope for interpolation. */
export const cubicSlope = -0.75;

/** The same as a kernel of the distance. */
export function cubicKernel(a: number): (distance: number) => number {
  const [outer, inner] = cubicPolynomials(a);
  return (distance) => {
    const t = Math.abs(distance);
    if (t >= 2) return 0;
    return t < 1 ? valueAt(inner, t) : valueAt(outer, t - 1);
  };
}

function valueAt(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
}
