import { constant, vectorConstant, type LaneType } from "./constants.ts";
import {
  instruction,
  instructions,
  load,
  loadLane,
  operand,
  type InstructionName,
  type LaneLoadName,
  type LoadName,
} from "./expressions.ts";
import { simdPrefix } from "./instruction.ts";
import { laneLoadInstructions, loadInstructions } from "./memory-instructions.ts";
import type { Expression, Operand, Operands, ValueType } from "./types.ts";

/** The part of an instruction's name behind `Prefix` and a dot. */
type Suffix<Name extends string, Prefix extends string> = Name extends `${Prefix}.${infer Rest}` ? Rest : never;

/** One method for each instruction, load and lane load whose name starts with `Prefix`. */
type Methods<Prefix extends string> = {
  readonly [Name in InstructionName as Suffix<Name, Prefix>]: (
    ...operands: Operands<(typeof instructions)[Name]["parameters"]>
  ) => Expression<(typeof instructions)[Name]["result"]>;
} & {
  readonly [Name in LoadName as Suffix<Name, Prefix>]: (
    address: Operand<"i32">,
    offset?: number,
  ) => Expression<(typeof loadInstructions)[Name]["type"]>;
} & {
  readonly [Name in LaneLoadName as Suffix<Name, Prefix>]: (
    lane: number,
    address: Operand<"i32">,
    vector: Expression<"v128">,
    offset?: number,
  ) => Expression<"v128">;
};

type Method = (...args: never[]) => Expression;

function methods<Prefix extends string>(prefix: Prefix): Methods<Prefix> {
  const result: Record<string, Method> = {};
  const add = <Name extends string>(table: Readonly<Record<Name, unknown>>, method: (name: Name) => Method): void => {
    for (const name of Object.keys(table) as Name[]) {
      if (name.startsWith(`${prefix}.`)) result[name.slice(prefix.length + 1)] = method(name);
    }
  };
  add(instructions, (name) => instruction.bind(null, name));
  add(loadInstructions, (name) => load.bind(null, name));
  add(laneLoadInstructions, (name) => loadLane.bind(null, name));
  return result as Methods<Prefix>;
}

/** Reads or replaces one lane of a vector; `lane` is fixed in the code. */
function laneAccess<T extends ValueType>(type: T, laneCount: number, extractOpcode: number, replaceOpcode: number) {
  const checked = (lane: number): number => {
    if (Number.isInteger(lane) && lane >= 0 && lane < laneCount) return lane;
    throw new RangeError(`a lane of a ${laneCount}-lane vector must be in [0, ${laneCount}), got ${lane}`);
  };
  return {
    extract: (vector: Expression<"v128">, lane: number): Expression<T> => ({
      type,
      emit(code) {
        vector.emit(code);
        code.byte(simdPrefix).byte(extractOpcode).byte(checked(lane));
      },
    }),
    replace: (vector: Expression<"v128">, lane: number, value: Operand<T>): Expression<"v128"> => ({
      type: "v128",
      emit(code) {
        vector.emit(code);
        operand(type, value).emit(code);
        code.byte(simdPrefix).byte(replaceOpcode).byte(checked(lane));
      },
    }),
  };
}

function constants(laneType: LaneType) {
  return { const: (...values: readonly number[]): Expression<"v128"> => vectorConstant(laneType, values) };
}

const lane32 = laneAccess("i32", 4, 27, 28);
const float32 = laneAccess("f32", 4, 31, 32);
const float64 = laneAccess("f64", 2, 33, 34);

export const i32 = { ...methods("i32"), const: (value: number) => constant("i32", value) } as const;
export const i64 = { ...methods("i64"), const: (value: bigint) => constant("i64", value) } as const;
export const f32 = { ...methods("f32"), const: (value: number) => constant("f32", value) } as const;
export const f64 = { ...methods("f64"), const: (value: number) => constant("f64", value) } as const;
export const v128 = methods("v128");
export const i8x16 = methods("i8x16");
export const i16x8 = methods("i16x8");
export const i32x4 = {
  ...methods("i32x4"),
  ...constants("i32x4"),
  extract_lane: lane32.extract,
  replace_lane: lane32.replace,
} as const;
export const i64x2 = methods("i64x2");
export const f32x4 = {
  ...methods("f32x4"),
  ...constants("f32x4"),
  extract_lane: float32.extract,
  replace_lane: float32.replace,
} as const;
export const f64x2 = {
  ...methods("f64x2"),
  ...constants("f64x2"),
  extract_lane: float64.extract,
  replace_lane: float64.replace,
} as const;
