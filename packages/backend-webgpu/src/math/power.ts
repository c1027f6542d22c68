import { expCoefficients } from "./exponential.ts";
import { f32, polynomial } from "./source.ts";

/** Powers, with the special cases of C's `pow`. */
export const powers = {
  /*
   * a^y = 2^(y · log2 a) for a > 0. With a = 2^e · m the exponent is y · e + y · log2 m; the first product is made exact
   * by cutting y in two, so that the error is that of y · log2 m alone, about |y| / 3 ulp for large y.
   */
  positive_power: {
    needs: ["log_f32", "infinity", "scale_by_power_of_two"],
    source: `fn positive_power(a: f32, y: f32) -> f32 {
  let is_small = a < 1.1754943508222875e-38f;
  let bits = bitcast<i32>(select(a, a * 16777216.0f, is_small)) - 0x3f3504f3;
  let e = f32((bits >> 23u) - select(0, 24, is_small));
  let m = bitcast<f32>((bits & 0x7fffff) + 0x3f3504f3);
  let power = clamp(y, -3e38f, 3e38f);
  let high = bitcast<f32>(bitcast<u32>(power) & 0xfffff000u);
  let fraction = power * (log_f32(m) * ${f32(Math.LOG2E)});
  let exponent = (high * e + (power - high) * e) + fraction;
  if (exponent >= 136.0f) { return infinity(); }
  if (exponent <= -160.0f) { return 0.0f; }
  let n = round(exponent);
  let r = (((high * e - n) + (power - high) * e) + fraction) * ${f32(Math.LN2)};
  let value = (${polynomial(expCoefficients, "r")} * (r * r) + r) + 1.0f;
  return scale_by_power_of_two(value, i32(n));
}`,
  },
  pow_f32: {
    needs: ["positive_power", "is_nan", "not_a_number"],
    source: `fn pow_f32(x: f32, y: f32) -> f32 {
  if (y == 2.0f) { return x * x; }
  if (y == 0.0f || x == 1.0f) { return 1.0f; }
  if (is_nan(x) || is_nan(y)) { return not_a_number(); }
  let a = abs(x);
  let is_integer = floor(y) == y;
  if (x < 0.0f && !is_integer && a < infinity()) { return not_a_number(); }
  var value: f32;
  if (a == 1.0f) {
    value = 1.0f;
  } else if (a == 0.0f || a == infinity()) {
    value = select(0.0f, infinity(), (y > 0.0f) == (a != 0.0f));
  } else {
    value = positive_power(a, y);
  }
  let is_odd = is_integer && floor(y * 0.5f) != y * 0.5f;
  return select(value, -value, is_odd && (bitcast<u32>(x) & 0x80000000u) != 0u);
}`,
  },
} as const;
