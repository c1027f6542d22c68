import { f32, f32x4, i16x8, i32, i32x4, v128, type Expression, type Local } from "../wasm/index.ts";
import { loadBits, type Element } from "./element.ts";

/** How elements compare when the first extreme one is looked for. */
export interface Ordering<T extends "f32" | "i32"> {
  load(address: Expression<"i32">): Expression<T>;
  extract(four: Expression<"v128">, lane: number): Expression<T>;
  /** Whether `value` takes the place of `held`: it is more extreme, or the first NaN. Operands are evaluated twice. */
  beats(value: Local<T>, held: Local<T>): Expression<"i32">;
  loadFour(address: Expression<"i32">): Expression<"v128">;
  fourBeat(values: Local<"v128">, held: Local<"v128">): Expression<"v128">;
}

/** Largest, or smallest, floats first. */
export function floatOrdering(kind: "max" | "min"): Ordering<"f32"> {
  const [one, four] = kind === "max" ? [f32.le, f32x4.le] : [f32.ge, f32x4.ge];
  return {
    load: (address) => f32.load(address),
    extract: f32x4.extract_lane,
    // A NaN is neither less nor equal nor greater.
    beats: (value, held) => i32.and(f32.eq(held, held), i32.eqz(one(value, held))),
    loadFour: (address) => v128.load(address),
    fourBeat: (values, held) => v128.andnot(f32x4.eq(held, held), four(values, held)),
  };
}

/** Largest, or smallest, integers first. */
export function integerOrdering(element: Element, kind: "max" | "min"): Ordering<"i32"> {
  const signed = element.kind !== "unsigned"; // bytes are small and not negative
  const [greater, fourGreater] = signed ? [i32.gt_s, i32x4.gt_s] : [i32.gt_u, i32x4.gt_u];
  return {
    load: (address) => loadBits(element, address),
    extract: i32x4.extract_lane,
    beats: (value, held) => (kind === "max" ? greater(value, held) : greater(held, value)),
    loadFour: (address) =>
      element.bytes === 4
        ? v128.load(address)
        : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(address))),
    fourBeat: (values, held) => (kind === "max" ? fourGreater(values, held) : fourGreater(held, values)),
  };
}
