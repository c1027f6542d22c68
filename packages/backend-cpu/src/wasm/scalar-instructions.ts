import { family } from "./instruction.ts";

/**
 * Scalar instructions without immediates, by their names in the WebAssembly specification.
 * Only those that kernels use: each costs room in every page. The others can be added as they are needed.
 */
// prettier-ignore
export const scalarInstructions = {
  ...family(["i32"], "i32", { "i32.eqz": 0x45 }),
  ...family(["i32", "i32"], "i32", {
    "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_s": 0x48, "i32.lt_u": 0x49, "i32.gt_s": 0x4a, "i32.gt_u": 0x4b,
    "i32.le_s": 0x4c, "i32.ge_s": 0x4e, "i32.ge_u": 0x4f, "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c,
    "i32.div_s": 0x6d, "i32.div_u": 0x6e, "i32.rem_u": 0x70, "i32.and": 0x71, "i32.or": 0x72, "i32.xor": 0x73,
    "i32.shl": 0x74, "i32.shr_s": 0x75, "i32.shr_u": 0x76,
  }),
  ...family(["i64"], "i32", { "i32.wrap_i64": 0xa7 }),
  ...family(["i64", "i64"], "i32", { "i64.lt_u": 0x54 }),
  ...family(["i64", "i64"], "i64", {
    "i64.add": 0x7c, "i64.sub": 0x7d, "i64.mul": 0x7e, "i64.or": 0x84, "i64.shl": 0x86, "i64.shr_u": 0x88,
  }),
  ...family(["f32", "f32"], "f32", { "f32.add": 0x92, "f32.div": 0x95 }),
  ...family(["f32", "f32"], "i32", {
    "f32.eq": 0x5b, "f32.ne": 0x5c, "f32.gt": 0x5e, "f32.le": 0x5f, "f32.ge": 0x60,
  }),
  ...family(["f64", "f64"], "f64", { "f64.add": 0xa0, "f64.mul": 0xa2 }),
  ...family(["i32"], "i64", { "i64.extend_i32_u": 0xad }),
  ...family(["i32"], "f32", { "f32.convert_i32_s": 0xb2 }),
  ...family(["f64"], "f32", { "f32.demote_f64": 0xb6 }),
  ...family(["i64"], "f64", { "f64.convert_i64_s": 0xb9 }),
  ...family(["f32"], "f64", { "f64.promote_f32": 0xbb }),
  ...family(["f32"], "i32", { "i32.reinterpret_f32": 0xbc }),
} as const;
