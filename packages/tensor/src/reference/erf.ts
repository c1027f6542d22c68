/**
 * Error function in double precision: the series 2/√π e^(-x²) Σ 2ⁿx^(2n+1)/(2n+1)!! for |x| < 3, else 1 minus the
 * continued fraction of erfc (Abramowitz and Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  return Math.sign(x) * (a < 3 ? series(a) : 1 - continuedFraction(a));
}

function series(a: number): number {
  let term = a;
  let total = a;
  for (let n = 1; Math.abs(term) > 1e-18 * total; n++) {
    term *= (2 * a * a) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * total;
}

function continuedFraction(a: number): number {
  let fraction = a;
  for (let n = 60; n > 0; n--) fraction = a + n / 2 / fraction;
  return Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction;
}
