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
export const loadInstructions = {
  ...access("i32", { "i32.load": 0x28, "i32.load8_u": 0x2d }),
  ...access("i64", { "i64.load": 0x29 }),
  ...access("f32", { "f32.load": 0x2a }),
  ...access("v128", { "v128.load": 0, "v128.load32_splat": 9, "v128.load32_zero": 92, "v128.load64_zero": 93 }),
} as const;

/** Loads of one lane of a vector whose other lanes stay. */
export const laneLoadInstructions = access("v128", { "v128.load8_lane": 84, "v128.load32_lane": 86 });

/** Stores of a whole value, or of its low bits. */
export const storeInstructions = {
  ...access("i32", { "i32.store": 0x36, "i32.store8": 0x3a }),
  ...access("i64", { "i64.store": 0x37 }),
  ...access("f32", { "f32.store": 0x38 }),
  ...access("v128", { "v128.store": 11 }),
} as const;

/** Stores of one lane of a vector. */
export const laneStoreInstructions = access("v128", { "v128.store8_lane": 88, "v128.store32_lane": 90 });

export type StoreName = keyof typeof storeInstructions;
export type LaneStoreName = keyof typeof laneStoreInstructions;
/** The type of the value that a store takes. */
export type Stored<Name extends StoreName> = (typeof storeInstructions)[Name]["type"];
