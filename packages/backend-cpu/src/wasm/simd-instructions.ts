import { simdFamily } from "./instruction.ts";

/**
 * SIMD instructions without immediates, by their names in the WebAssembly specification; relaxed SIMD included.
 * Only those that kernels use: each costs room in every page. The others can be added as they are needed.
 */
// prettier-ignore
export const simdInstructions = {
  ...simdFamily(["i32"], "v128", { "i32x4.splat": 17 }),
  ...simdFamily(["f32"], "v128", { "f32x4.splat": 19 }),
  ...simdFamily(["v128"], "i32", { "v128.any_true": 83, "i32x4.all_true": 163, "i32x4.bitmask": 164 }),
  ...simdFamily(["v128", "i32"], "v128", {
    "i32x4.shl": 171, "i32x4.shr_s": 172, "i32x4.shr_u": 173, "i64x2.shl": 203,
  }),
  ...simdFamily(["v128"], "v128", {
    "i16x8.extend_low_i8x16_u": 137, "i32x4.abs": 160, "i32x4.neg": 161, "i32x4.extend_low_i16x8_u": 169,
    "i32x4.trunc_sat_f32x4_s": 248, "i32x4.trunc_sat_f32x4_u": 249, "i32x4.trunc_sat_f64x2_s_zero": 252,
    "i32x4.trunc_sat_f64x2_u_zero": 253, "f32x4.abs": 224, "f32x4.neg": 225, "f32x4.sqrt": 227, "f32x4.floor": 104,
    "f32x4.convert_i32x4_s": 250, "f32x4.convert_i32x4_u": 251, "f32x4.demote_f64x2_zero": 94, "f64x2.abs": 236,
    "f64x2.floor": 117, "f64x2.convert_low_i32x4_s": 254, "f64x2.convert_low_i32x4_u": 255,
    "f64x2.promote_low_f32x4": 95,
  }),
  ...simdFamily(["v128", "v128"], "v128", {
    "v128.and": 78, "v128.andnot": 79, "v128.or": 80, "v128.xor": 81, "i32x4.eq": 55, "i32x4.ne": 56,
    "i32x4.lt_s": 57, "i32x4.lt_u": 58, "i32x4.gt_s": 59, "i32x4.gt_u": 60, "i32x4.ge_s": 63, "f32x4.eq": 65,
    "f32x4.ne": 66, "f32x4.lt": 67, "f32x4.gt": 68, "f32x4.le": 69, "f32x4.ge": 70, "f64x2.ne": 72, "f64x2.lt": 73,
    "f64x2.ge": 76, "i8x16.narrow_i16x8_u": 102, "i16x8.narrow_i32x4_u": 134, "i8x16.add": 110, "i32x4.add": 174,
    "i32x4.sub": 177, "i32x4.mul": 181, "i32x4.min_s": 182, "i32x4.min_u": 183, "i32x4.max_s": 184,
    "i32x4.max_u": 185, "i64x2.add": 206, "f32x4.add": 228, "f32x4.sub": 229, "f32x4.mul": 230, "f32x4.div": 231,
    "f32x4.max": 233, "f32x4.pmin": 234, "f32x4.pmax": 235, "f64x2.add": 240, "f64x2.sub": 241, "f64x2.mul": 242,
    "f64x2.div": 243, "f64x2.pmin": 246, "f64x2.pmax": 247,
  }),
  ...simdFamily(["v128", "v128", "v128"], "v128", {
    "v128.bitselect": 82, "f32x4.relaxed_madd": 0x105, "i32x4.relaxed_laneselect": 0x10b,
  }),
} as const;
