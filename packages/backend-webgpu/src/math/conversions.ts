/** Float to integer: truncates and saturates; NaN gives 0. */
export const conversions = {
  int32_from_f32: {
    needs: ["is_nan"],
    source: `fn int32_from_f32(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0f, 2147483520.0f));
  return select(select(inside, 2147483647i, x >= 2147483648.0f), 0i, is_nan(x));
}`,
  },
  uint32_from_f32: {
    needs: ["is_nan"],
    source: `fn uint32_from_f32(x: f32) -> u32 {
  let inside = u32(clamp(x, 0.0f, 4294967040.0f));
  return select(select(inside, 4294967295u, x >= 4294967296.0f), 0u, is_nan(x));
}`,
  },
  uint8_from_f32: {
    needs: ["is_nan"],
    source: "fn uint8_from_f32(x: f32) -> u32 { return select(u32(clamp(x, 0.0f, 255.0f)), 0u, is_nan(x)); }",
  },
} as const;
