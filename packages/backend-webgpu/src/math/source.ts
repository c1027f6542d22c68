/** A number as an f32 literal. */
export function f32(value: number): string {
  const text = String(Math.fround(value));
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** `Σ coefficients[k] · x^k` by Horner's rule, as an expression; `x` must be a name. */
export function polynomial(coefficients: readonly number[], x: string): string {
  return coefficients.map(f32).reduceRight((sum, term) => `(${sum} * ${x} + ${term})`);
}
