import { simdPrefix } from "./instruction.ts";
import type { ValueType } from "./types.ts";

/** A load or store; `type` is the type of the value on the stack. */
export interface MemoryInstruction<T extends ValueType = ValueType> {
  readonly prefix: number | null;
  readonly opcode: number;
  readonly type: T;
}

function access<T extends ValueType, Name extends string>(
  type: T,
  opcodes: Readonly<Record<Name, number>>,
): Readonly<Record<Name, MemoryInstruction<T>>> {
  const prefix = type === "v128" ? simdPrefix : null;
  const entries = Object.entries<number>(opcodes).map(([name, opcode]) => [name, { prefix, opcode, type }]);
  return Object.fromEntries(entries) as Record<Name, MemoryInstruction<T>>;
}

/** Loads of a whole value from an address. */
// prettier-ignore
export const loadInstructions = {
  ...access("i32", { "i32.load": 0x28, "i32.load8_s": 0x2c, "i32.load8_u": 0x2d, "i32.load16_s": 0x2e, "i32.load16_u": 0x2f }),
  ...access("i64", {
    "i64.load": 0x29, "i64.load8_s": 0x30, "i64.load8_u": 0x31, "i64.load16_s": 0x32, "i64.load16_u": 0x33,
    "i64.load32_s": 0x34, "i64.load32_u": 0x35,
  }),
  ...access("f32", { "f32.load": 0x2a }),
  ...access("f64", { "f64.load": 0x2b }),
  ...access("v128", {
    "v128.load": 0, "v128.load8x8_s": 1, "v128.load8x8_u": 2, "v128.load16x4_s": 3, "v128.load16x4_u": 4,
    "v128.load32x2_s": 5, "v128.load32x2_u": 6, "v128.load8_splat": 7, "v128.load16_splat": 8, "v128.load32_splat": 9,
    "v128.load64_splat": 10, "v128.load32_zero": 92, "v128.load64_zero": 93,
  }),
} as const;

/** Loads of one lane of a vector whose other lanes stay. */
// prettier-ignore
export const laneLoadInstructions = access("v128", {
  "v128.load8_lane": 84, "v128.load16_lane": 85, "v128.load32_lane": 86, "v128.load64_lane": 87,
});

/** Stores of a whole value, or of its low bits. */
// prettier-ignore
export const storeInstructions = {
  ...access("i32", { "i32.store": 0x36, "i32.store8": 0x3a, "i32.store16": 0x3b }),
  ...access("i64", { "i64.store": 0x37, "i64.store8": 0x3c, "i64.store16": 0x3d, "i64.store32": 0x3e }),
  ...access("f32", { "f32.store": 0x38 }),
  ...access("f64", { "f64.store": 0x39 }),
  ...access("v128", { "v128.store": 11 }),
} as const;

/** Stores of one lane of a vector. */
// prettier-ignore
export const laneStoreInstructions = access("v128", {
  "v128.store8_lane": 88, "v128.store16_lane": 89, "v128.store32_lane": 90, "v128.store64_lane": 91,
});

export type StoreName = keyof typeof storeInstructions;
export type LaneStoreName = keyof typeof laneStoreInstructions;
/** The type of the value that a store takes. */
export type Stored<Name extends StoreName> = (typeof storeInstructions)[Name]["type"];
