/** Infinities and NaN: a constant expression must not give them, so they are made of a variable. */
export const special = {
  infinity: {
    needs: [],
    source: `var<private> infinity_bits: u32 = 0x7f800000u;
fn infinity() -> f32 { return bitcast<f32>(infinity_bits); }`,
  },
  not_a_number: {
    needs: ["infinity"],
    source: "fn not_a_number() -> f32 { return bitcast<f32>(infinity_bits | 0x400000u); }",
  },
  // By bits: compilers may assume that there is no NaN, and x != x false.
  is_nan: {
    needs: [],
    source: "fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  },
  max_f32: {
    needs: ["is_nan"],
    source: "fn max_f32(a: f32, b: f32) -> f32 { return select(b, a, a > b || is_nan(a)); }",
  },
  min_f32: {
    needs: ["is_nan"],
    source: "fn min_f32(a: f32, b: f32) -> f32 { return select(b, a, a < b || is_nan(a)); }",
  },
  with_sign_of: {
    needs: [],
    source: `fn with_sign_of(x: f32, magnitude: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(magnitude) | (bitcast<u32>(x) & 0x80000000u));
}`,
  },
} as const;
