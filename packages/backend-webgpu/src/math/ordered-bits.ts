/** Floats as integers of the same order. */
export const orderedBits = {
  // NaN takes the place of the NaN whose bits are given.
  ordered_bits: {
    needs: ["is_nan"],
    source: `fn ordered_bits(x: f32, nan: u32) -> u32 {
  let bits = select(bitcast<u32>(x), nan, is_nan(x));
  return bits ^ select(0x80000000u, 0xffffffffu, (bits & 0x80000000u) != 0u);
}`,
  },
  float_of_ordered_bits: {
    needs: [],
    source: `fn float_of_ordered_bits(bits: u32) -> f32 {
  return bitcast<f32>(bits ^ select(0xffffffffu, 0x80000000u, (bits & 0x80000000u) != 0u));
}`,
  },
} as const;
