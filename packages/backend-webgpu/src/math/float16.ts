/**
 * The f32 that is nearest to x among those that float16 holds, ties to even; infinity from 65,520 on. Not by conversion to f16
 * and back: the standard leaves open where that rounds to, and compilers leave both out (Mesa does).
 */
const source = (name: string, float: string, unsigned: string): string => `fn ${name}(x: ${float}) -> ${float} {
  let step = max(bitcast<${unsigned}>(x) & ${unsigned}(0x7f800000u), ${unsigned}(0x38800000u)) - 0x05000000u;
  let steps = round(x * bitcast<${float}>(0x7f000000u - step));
  let bits = bitcast<${unsigned}>(steps * bitcast<${float}>(step));
  let size = bits & ${unsigned}(0x7fffffffu);
  let is_over = (size >= ${unsigned}(0x47800000u)) & (size < ${unsigned}(0x7f800000u));
  let infinite = (bits & ${unsigned}(0x80000000u)) | ${unsigned}(0x7f800000u);
  return bitcast<${float}>(select(bits, infinite, is_over));
}`;

/** Rounding to float16 of values that are computed as f32: of one, and of four. */
export const float16 = {
  float16_from_f32: { needs: [], source: source("float16_from_f32", "f32", "u32") },
  float16_from_vec4f: { needs: [], source: source("float16_from_vec4f", "vec4f", "vec4u") },
} as const;
