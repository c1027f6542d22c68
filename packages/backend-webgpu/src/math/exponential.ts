import { f32, polynomial } from "./source.ts";

/** ln 2 in two parts, the first so short that its product with an exponent is exact. */
const ln2High = 0.693145751953125;
const ln2Low = 1.428606765330187e-6;

/** Minimax for (e^r - 1 - r) / r² on |r| <= 1.005 · ln 2 / 2; relative error of e^r 3.2e-9. */
export const expCoefficients = [
  0.4999999325353688, 0.16666517762060853, 0.041668421844327445, 0.008369063490202614, 0.0013813879548980478,
];
/** Minimax for (log(1 + f) - f + f²/2) / f³ on [√½ - 1, √2 - 1]; relative error of log(1 + f) 5.8e-9. */
const logCoefficients = [
  0.333333317, -0.25000821, 0.200012274, -0.166233585, 0.142017465, -0.131601632, 0.127616468, -0.0763462408,
];
/** Minimax for (tanh(√z) / √z - 1) / z on [0, 0.7²]; relative error of tanh 1.5e-8. */
const tanhCoefficients = [
  -0.3333318991289291, 0.13329110801739374, -0.05355885968893837, 0.02009195842828154, -0.00513864827922521,
];
/** Minimax for erf(√z) / √z - 1 on [0, 0.85²]; relative error of erf 6.1e-9. */
const erfNearCoefficients = [
  0.12837916023022775, -0.3761257183663506, 0.11282717400470486, -0.026802547748594654, 0.005051094789377165,
  -0.0006315129141941221,
];
/** Minimax for log(erfc(x)) on [0.85, 4], weighted so that the relative error of erf is 2.1e-9. */
const erfFarCoefficients = [
  -0.00010452293574387778, -1.1280610123194625, -0.6365189216989747, -0.10452594468436108, 0.022519061476696106,
  -0.003117855909339859, 0.00020367691565558707,
];

/** Exponential and logarithm, and the functions made of them. The approximations are those of the CPU backend. */
export const exponentials = {
  // 2^n · x for results from subnormal to infinite: 2^n alone may not be a float.
  scale_by_power_of_two: {
    needs: [],
    source: `fn scale_by_power_of_two(x: f32, n: i32) -> f32 {
  let half = n >> 1u;
  let first = bitcast<f32>(u32(half + 127) << 23u);
  let second = bitcast<f32>(u32(n - half + 127) << 23u);
  return x * first * second;
}`,
  },
  // x = n · ln 2 + r with |r| <= ln 2 / 2, so e^x = 2^n · e^r.
  exp_f32: {
    needs: ["is_nan", "scale_by_power_of_two"],
    source: `fn exp_f32(x: f32) -> f32 {
  let limited = clamp(x, -104.0f, 89.0f);
  let n = round(limited * ${f32(Math.LOG2E)});
  let r = (limited - n * ${f32(ln2High)}) - n * ${f32(ln2Low)};
  let mantissa = (${polynomial(expCoefficients, "r")} * (r * r) + r) + 1.0f;
  return select(scale_by_power_of_two(mantissa, i32(n)), x, is_nan(x));
}`,
  },
  // x = 2^e · m with m in [√½, √2), so log x = e · ln 2 + log m.
  log_f32: {
    needs: ["infinity", "not_a_number", "is_nan"],
    source: `fn log_f32(x: f32) -> f32 {
  let is_small = x < 1.1754943508222875e-38f;
  let bits = bitcast<i32>(select(x, x * 16777216.0f, is_small)) - 0x3f3504f3;
  let e = f32((bits >> 23u) - select(0, 24, is_small));
  let f = bitcast<f32>((bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
  let square = f * f;
  let small = ${polynomial(logCoefficients, "f")} * (square * f) + e * ${f32(ln2Low)};
  let value = (f + (small - square * 0.5f)) + e * ${f32(ln2High)};
  if (is_nan(x) || x == infinity()) { return x; }
  if (x == 0.0f) { return -infinity(); }
  return select(value, not_a_number(), x < 0.0f);
}`,
  },
  // A polynomial near 0, else 1 - 2 / (e^2|x| + 1); beyond 9 it is 1.
  tanh_f32: {
    needs: ["exp_f32", "with_sign_of", "is_nan"],
    source: `fn tanh_f32(x: f32) -> f32 {
  let a = abs(x);
  let z = a * a;
  let near = ${polynomial(tanhCoefficients, "z")} * z * a + a;
  let far = 1.0f - 2.0f / (exp_f32(min(a + a, 18.5f)) + 1.0f);
  return select(with_sign_of(x, select(far, near, a < 0.7f)), x, is_nan(x));
}`,
  },
  // A polynomial near 0, else 1 - e^q(|x|), with q the logarithm of erfc; beyond 4 it is 1.
  erf_f32: {
    needs: ["exp_f32", "with_sign_of", "is_nan"],
    source: `fn erf_f32(x: f32) -> f32 {
  let a = abs(x);
  let z = a * a;
  let near = ${polynomial(erfNearCoefficients, "z")} * a + a;
  let limited = min(a, 4.0f);
  let far = 1.0f - exp_f32(${polynomial(erfFarCoefficients, "limited")});
  return select(with_sign_of(x, select(far, near, a < 0.85f)), x, is_nan(x));
}`,
  },
} as const;
