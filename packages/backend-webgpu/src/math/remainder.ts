/** a - b · ⌊a / b⌋, exact up to one rounding: it has the sign of the divisor. NaN for b = 0 and for infinite a. */
export const remainders = {
  // The mantissas are divided as integers, eight bits of the quotient at a time: no digit is lost for large quotients.
  mod_f32: {
    needs: ["not_a_number", "with_sign_of", "scale_by_power_of_two"],
    source: `fn mod_f32(a: f32, b: f32) -> f32 {
  let x = bitcast<u32>(a) & 0x7fffffffu;
  let y = bitcast<u32>(b) & 0x7fffffffu;
  if (x >= 0x7f800000u || y > 0x7f800000u || y == 0u) { return not_a_number(); }
  var rest = abs(a);
  if (x >= y) {
    let divisor = (y & 0x7fffffu) | select(0u, 0x800000u, y >= 0x800000u);
    var remaining = ((x & 0x7fffffu) | select(0u, 0x800000u, x >= 0x800000u)) % divisor;
    let exponent = max(y >> 23u, 1u);
    var bits = max(x >> 23u, 1u) - exponent;
    while (bits > 0u) {
      let some = min(bits, 8u);
      remaining = (remaining << some) % divisor;
      bits -= some;
    }
    rest = scale_by_power_of_two(f32(remaining), i32(exponent) - 150);
  }
  rest = with_sign_of(a, rest);
  return select(rest, rest + b, rest != 0.0f && (rest < 0.0f) != (b < 0.0f));
}`,
  },
} as const;
