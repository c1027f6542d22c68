import { describe, expect, it } from "vitest";
import { instructions } from "../src/wasm/expressions.ts";
import {
  instruction,
  ModuleBuilder,
  wasmFeatures,
  type BinaryVectorInstruction,
  type Expression,
  type InstructionName,
  type UnaryVectorInstruction,
} from "../src/wasm/index.ts";
import { evaluate } from "./wasm-kit.ts";

describe("instructions", () => {
  const names = Object.keys(instructions) as InstructionName[];

  it.each(names.filter((name) => wasmFeatures().relaxedSimd || !name.includes("relaxed")))("%s validates", (name) => {
    const { parameters, result } = instructions[name];
    const module = new ModuleBuilder();
    const named = Object.fromEntries(parameters.map((type, i) => [`p${i}`, type]));
    // The operands of a name that is not known here have no static types.
    const build = instruction as (name: InstructionName, ...operands: Expression[]) => Expression;
    module.function(
      { name: "f", parameters: named, result },
      (_, locals) => build(name, ...Object.values(locals)) as never,
    );
    expect(WebAssembly.validate(module.toBytes())).toBe(true);
  });

  const floats = Float32Array.of(1.5, -2.5, 0.5, -0.25);
  const integers = Int32Array.of(1, -2, 2 ** 31 - 1, -(2 ** 31));
  it.each<[UnaryVectorInstruction, ArrayBufferView, ArrayLike<number>]>([
    ["f32x4.neg", floats, [-1.5, 2.5, -0.5, 0.25]],
    ["f32x4.abs", floats, [1.5, 2.5, 0.5, 0.25]],
    ["f32x4.sqrt", Float32Array.of(4, 9, 2, 0.25), [2, 3, Math.fround(Math.SQRT2), 0.5]],
    ["f32x4.floor", floats, [1, -3, 0, -1]],
    ["f32x4.convert_i32x4_s", integers, [1, -2, 2 ** 31, -(2 ** 31)]],
    ["f32x4.convert_i32x4_u", integers, [1, 2 ** 32, 2 ** 31, 2 ** 31]],
  ])("%s", (name, x, expected) => {
    expect([...new Float32Array(evaluate((v) => instruction(name, v), x))]).toEqual(expected);
  });

  it.each<[UnaryVectorInstruction, ArrayBufferView, ArrayLike<number>]>([
    ["i32x4.neg", integers, [-1, 2, -(2 ** 31) + 1, -(2 ** 31)]],
    ["i32x4.abs", integers, [1, 2, 2 ** 31 - 1, -(2 ** 31)]],
    ["i32x4.trunc_sat_f32x4_s", Float32Array.of(1.9, -1.9, NaN, 3e9), [1, -1, 0, 2 ** 31 - 1]],
    ["i32x4.trunc_sat_f32x4_u", Float32Array.of(1.9, -1.9, NaN, 3e9), [1, 0, 0, 3e9 | 0]],
    [
      "i16x8.extend_low_i8x16_u",
      Uint8Array.from({ length: 16 }, (_, i) => 250 + i),
      [251 * 65536 + 250, 253 * 65536 + 252, 255 * 65536 + 254, 65536],
    ],
  ])("%s", (name, x, expected) => {
    expect([...new Int32Array(evaluate((v) => instruction(name, v), x))]).toEqual(expected);
  });

  const x = Float32Array.of(1, -2, NaN, 0);
  const y = Float32Array.of(2, -2, 1, -1);
  it.each<[BinaryVectorInstruction, ArrayLike<number>]>([
    ["f32x4.add", [3, -4, NaN, -1]],
    ["f32x4.sub", [-1, 0, NaN, 1]],
    ["f32x4.mul", [2, 4, NaN, -0]],
    ["f32x4.div", [0.5, 1, NaN, -0]],
    ["f32x4.max", [2, -2, NaN, 0]],
    ["f32x4.pmin", [1, -2, NaN, -1]],
    ["f32x4.pmax", [2, -2, NaN, 0]],
  ])("%s", (name, expected) => {
    expect([...new Float32Array(evaluate((v, w) => instruction(name, v, w), x, y))]).toEqual(expected);
  });

  it.each<[BinaryVectorInstruction, ArrayLike<number>]>([
    ["f32x4.eq", [0, -1, 0, 0]],
    ["f32x4.ne", [-1, 0, -1, -1]],
    ["f32x4.lt", [-1, 0, 0, 0]],
    ["f32x4.le", [-1, -1, 0, 0]],
    ["f32x4.gt", [0, 0, 0, -1]],
    ["f32x4.ge", [0, -1, 0, -1]],
  ])("%s", (name, expected) => {
    expect([...new Int32Array(evaluate((v, w) => instruction(name, v, w), x, y))]).toEqual(expected);
  });

  const first = Int32Array.of(7, -7, 2 ** 31 - 1, 5);
  const second = Int32Array.of(3, 7, 2, 5);
  it.each<[BinaryVectorInstruction, ArrayLike<number>]>([
    ["i32x4.add", [10, 0, -(2 ** 31) + 1, 10]],
    ["i32x4.sub", [4, -14, 2 ** 31 - 3, 0]],
    ["i32x4.mul", [21, -49, -2, 25]],
    ["i32x4.min_s", [3, -7, 2, 5]],
    ["i32x4.min_u", [3, 7, 2, 5]],
    ["i32x4.max_u", [7, -7, 2 ** 31 - 1, 5]],
    ["i32x4.lt_u", [0, 0, 0, 0]],
    ["i32x4.lt_s", [0, -1, 0, 0]],
    ["i32x4.ge_s", [-1, 0, -1, -1]],
    ["v128.and", [3, 1, 2, 5]],
    ["v128.andnot", [4, -8, 2 ** 31 - 3, 0]],
    ["v128.xor", [4, -2, 2 ** 31 - 3, 0]],
  ])("%s", (name, expected) => {
    expect([...new Int32Array(evaluate((v, w) => instruction(name, v, w), first, second))]).toEqual(expected);
  });
});
