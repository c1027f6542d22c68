import type { DType, Instruction } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { threefry13 } from "./loop-interpreter.ts";
import { interpreted, runLoop, slotArray, type SlotArray } from "./loop-runner.ts";
import { constant, elementwise, load, store } from "./loop-steps.ts";

describe("casts", () => {
  it.each([
    ["int32", [0, 1, -1, 2147483520, -2147483648, 2147483647, -2147483648, 0]],
    ["uint32", [0, 1, 0, 2147483520, 0, 4294967295, 0, 0]],
    ["uint8", [0, 1, 0, 255, 0, 255, 0, 0]],
    ["bool", [1, 1, 1, 1, 1, 1, 1, 1]],
  ] as [DType, number[]][])("from float32 to %s truncate and saturate", (dtype, expected) => {
    const x = Float32Array.of(0.9, 1.9, -1.9, 2147483520, -2147483648, 1e20, -Infinity, NaN);
    const step = elementwise([8], [load(0, [1]), { op: "cast", dtype, a: 0 }], [store(1, [1], 1, { dtype })]);
    const result = runLoop(
      step,
      new Map([
        [0, x],
        [1, slotArray(dtype, new Array<number>(8).fill(3))],
      ]),
    ).get(1) as SlotArray;
    expect(Array.from(result)).toEqual(expected);
  });
});

describe("integer division", () => {
  const values = [0, 1, -1, 2, -2, 7, -7, 100, 2147483647, -2147483648, 2147483646, 65536];
  const pairs = values.flatMap((a) => values.map((b) => [a, b]));
  it.each([
    ["int32", "div"],
    ["int32", "mod"],
    ["uint32", "div"],
    ["uint32", "mod"],
  ] as const)("of %s: %s never traps", (dtype, op) => {
    const a = slotArray(
      dtype,
      pairs.map(([x]) => x),
    );
    const b = slotArray(
      dtype,
      pairs.map(([, y]) => y),
    );
    const instructions = [load(0, [1], { dtype }), load(1, [1], { dtype }), { op, dtype, a: 0, b: 1 } as const];
    const step = elementwise([a.length], instructions, [store(2, [1], 2, { dtype })]);
    const slots = new Map([
      [0, a],
      [1, b],
      [
        2,
        slotArray(
          dtype,
          pairs.map(() => 9),
        ),
      ],
    ]);
    expect(Array.from(runLoop(step, slots).get(2) as SlotArray)).toEqual(interpreted(step, slots).get(2));
  });

  it("pow of integers squares and wraps", () => {
    const bases = Int32Array.from([0, 1, -1, 2, -3, 10, 7, -1, 2, 1, -1, 0, 3]);
    const exponents = Int32Array.from([0, 5, 3, 31, 5, 9, 0, -3, -1, -7, -4, 3, 40]);
    const instructions = [
      load(0, [1], { dtype: "int32" }),
      load(1, [1], { dtype: "int32" }),
      { op: "pow", dtype: "int32", a: 0, b: 1 } as const,
    ];
    const step = elementwise([bases.length], instructions, [store(2, [1], 2, { dtype: "int32" })]);
    const slots = new Map([
      [0, bases],
      [1, exponents],
      [2, new Int32Array(bases.length)],
    ]);
    expect(Array.from(runLoop(step, slots).get(2) as SlotArray)).toEqual(interpreted(step, slots).get(2));
  });
});

describe("randomBits", () => {
  // First words of the known-answer vectors "threefry2x32 13" published with the paper's code.
  it.each([
    [[0, 0, 0, 0], 0x9d1c5ec6],
    [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], 0xfd36d048],
    [[0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3], 0xba3e4725],
  ])("of key and counter %j agrees with the published vector", ([key0, key1, counter, high], expected) => {
    expect(threefry13(key0, key1, counter, high)).toBe(expected);
    const words = [key0, key1, counter, high].map((value) => constant(value, "uint32"));
    const index: Instruction = { op: "index", dtype: "int32", offset: 0, strides: [1] };
    const bits: Instruction = { op: "randomBits", dtype: "uint32", key0: 0, key1: 1, counter: 2, high: 3, index: 4 };
    const step = elementwise([9], [...words, index, bits], [store(0, [1], 5, { dtype: "uint32" })]);
    const result = runLoop(step, new Map([[0, new Uint32Array(9)]])).get(0) as SlotArray;
    expect(Array.from(result)).toEqual(
      Array.from({ length: 9 }, (_, i) => threefry13(key0, key1, (counter + i) >>> 0, high)),
    );
  });
});
