/** Integer division and its remainder (0 where the divisor is 0), and powers; all wrap. */
export const integers = {
  div_i32: {
    needs: [],
    source: `fn div_i32(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  if (b == -1) { return -a; }
  return a / b;
}`,
  },
  div_u32: {
    needs: [],
    source: "fn div_u32(a: u32, b: u32) -> u32 { return select(a / max(b, 1u), 0u, b == 0u); }",
  },
  mod_i32: {
    needs: ["div_i32"],
    source: `fn mod_i32(a: i32, b: i32) -> i32 {
  if (b == 0) { return 0; }
  let rest = a - div_i32(a, b) * b;
  return select(rest, rest + b, rest != 0 && (rest ^ b) < 0);
}`,
  },
  mod_u32: {
    needs: [],
    source: "fn mod_u32(a: u32, b: u32) -> u32 { return select(a % max(b, 1u), 0u, b == 0u); }",
  },
  pow_u32: {
    needs: [],
    source: `fn pow_u32(base: u32, exponent: u32) -> u32 {
  var result = 1u;
  var factor = base;
  for (var rest = exponent; rest > 0u; rest >>= 1u) {
    if ((rest & 1u) != 0u) { result *= factor; }
    factor *= factor;
  }
  return result;
}`,
  },
  // A negative exponent gives the reciprocal, rounded towards 0: only 1 and -1 have one.
  pow_i32: {
    needs: ["pow_u32"],
    source: `fn pow_i32(base: i32, exponent: i32) -> i32 {
  if (exponent < 0 && base != 1 && base != -1) { return 0; }
  return i32(pow_u32(u32(base), u32(exponent)));
}`,
  },
} as const;
