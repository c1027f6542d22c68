/** Functions that JavaScript does not have, in float64, good to some 1e-15. */

const sqrtPi = Math.sqrt(Math.PI);

/** Error function: for |x| < 3 the series 2/√π · e^(-x²) · Σ 2^k x^(2k+1) / (1·3·…·(2k+1)), whose terms have one sign. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (!(a < 3)) return Math.sign(x) * (1 - erfcFraction(a));
  let [term, sum] = [x, x];
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= (2 * a * a) / (2 * k + 1);
    sum += term;
  }
  return ((2 * Math.exp(-a * a)) / sqrtPi) * sum;
}

/** 1 - erf(x), without cancellation for x > 0. */
export function erfc(x: number): number {
  return x < 2 ? 1 - erf(x) : erfcFraction(x);
}

/** erfc(x) for x >= 2 as a continued fraction (Abramowitz and Stegun 7.1.14). */
function erfcFraction(x: number): number {
  let fraction = x;
  for (let k = 160; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.exp(-x * x) / sqrtPi / fraction;
}

/** Inverse of erf by Newton's method, in the tails on erfc. */
export function erfinv(x: number): number {
  const a = Math.abs(x);
  if (!(a < 1)) return a === 1 ? x * Infinity : NaN;
  // Winitzki's approximation, good to 2e-3.
  const w = Math.log1p(-a * a) / 2;
  const c = 2 / (Math.PI * 0.147) + w;
  let y = Math.sqrt(Math.sqrt(c * c - (2 * w) / 0.147) - c);
  if (y === 0 || a < 1e-8) return (x * sqrtPi) / 2;
  for (let round = 0; round < 4; round++) {
    const difference = a < 0.9 ? erf(y) - a : 1 - a - erfc(y);
    y -= (difference * sqrtPi) / 2 / Math.exp(-y * y);
  }
  return Math.sign(x) * y;
}

/** sin(πx) / (πx): whole turns are taken off before the product is rounded, and its zeros are exact. */
export function sinc(x: number): number {
  if (x === 0) return 1;
  const part = Math.abs(x) % 2;
  const [sign, half] = part > 1 ? [-1, part - 1] : [1, part];
  return (sign * Math.sin(Math.PI * Math.min(half, 1 - half))) / (Math.PI * Math.abs(x));
}

export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** log(p / (1 - p)). */
export function logit(p: number): number {
  return p > 0.25 && p < 0.75 ? Math.log1p((2 * p - 1) / (1 - p)) : Math.log(p) - Math.log1p(-p);
}

export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** x · Φ(x). */
export function gelu(x: number): number {
  return x === -Infinity ? NaN : (x / 2) * erfc(-x / Math.SQRT2);
}

/** x · tanh(log(1 + e^x)); with e = e^x, tanh(log(1 + e)) = (e² + 2e) / (e² + 2e + 2). */
export function mish(x: number): number {
  const e = Math.exp(Math.min(x, 40));
  const n = e * (e + 2);
  return (x * n) / (n + 2);
}
