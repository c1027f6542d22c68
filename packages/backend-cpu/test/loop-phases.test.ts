import type { LoopStep } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { stashRepeatedWork } from "../src/loop/stash.ts";
import { interpreted, runLoop, uniformFloats, type SlotArray } from "./loop-runner.ts";
import { layerNorm, load, reduction, softmax, store } from "./loop-steps.ts";

function expectClose(actual: SlotArray, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    const allowed = tolerance * Math.max(Math.abs(expected[i]), 1);
    if (!(Math.abs(value - expected[i]) <= allowed)) expect.fail(`element ${i}: got ${value}, expected ${expected[i]}`);
  });
}

describe("kernels of several phases", () => {
  const shapes = [
    [1, 1],
    [1, 5],
    [3, 4],
    [5, 17],
    [4, 1000],
    [64, 10],
    [1000, 3],
  ] as const;
  it.each(shapes)("softmax of %i rows of %i, along rows and along columns", (rows, columns) => {
    for (const strides of [
      [columns, 1],
      [1, rows],
    ] as const) {
      const step = softmax(rows, columns, strides);
      const slots = new Map([
        [0, uniformFloats(rows * columns)],
        [1, new Float32Array(rows * columns)],
      ]);
      const result = runLoop(step, slots).get(1) as SlotArray;
      expectClose(result, interpreted(step, slots).get(1) as number[], 3e-7);
      expect(runLoop(step, slots, undefined, [1, 2, 7]).get(1)).toEqual(result);
    }
  });

  it("softmax of a row with NaN is NaN, and of one with -∞ has zeros", () => {
    const x = Float32Array.of(1, NaN, 2, 3, 4, 5, -Infinity, 5, 5, 5, 5, -Infinity);
    const result = runLoop(
      softmax(2, 6, [6, 1]),
      new Map([
        [0, x],
        [1, new Float32Array(12)],
      ]),
    ).get(1) as SlotArray;
    expect(Array.from(result).map((v) => Math.round(v * 1000) / 1000)).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
      0,
      0.25,
      0.25,
      0.25,
      0.25,
      0,
    ]);
  });

  it.each(shapes)("layer normalisation of %i rows of %i", (rows, columns) => {
    const step = layerNorm(rows, columns);
    const slots = new Map<number, SlotArray>([
      [0, uniformFloats(rows * columns)],
      [1, uniformFloats(columns, 2)],
      [2, uniformFloats(columns, 3)],
      [3, new Float32Array(rows * columns)],
      [4, new Float32Array(rows)],
    ]);
    const result = runLoop(step, slots);
    const expected = interpreted(step, slots);
    // Rows of few elements have small variances, which magnify rounding.
    for (const slot of [3, 4]) expectClose(result.get(slot) as SlotArray, expected.get(slot) as number[], 3e-5);
    const divided = runLoop(step, slots, undefined, [1, 3]);
    for (const slot of [3, 4]) expect(divided.get(slot)).toEqual(result.get(slot));
  });
});

describe("stashRepeatedWork", () => {
  const step = softmax(3, 5, [5, 1]);
  const [maximum, sum, quotient] = step.phases;

  it("keeps the exponentials of a softmax where the quotients will go", () => {
    const stashed = stashRepeatedWork(step);
    expect(stashed.phases[1].stores).toEqual([{ ...quotient.stores[0], value: 3 }]);
    const used = stashed.instructions[stashed.phases[2].stores[0].value];
    expect(stashed.instructions[(used as { a: number }).a]).toEqual(load(1, [5, 1]));
  });

  it.each<[string, LoopStep]>([
    ["the slot is read", { ...step, instructions: [...step.instructions, load(1, [5, 1])] }],
    [
      "the slot is written elsewhere",
      { ...step, phases: [maximum, { ...sum, stores: [store(1, [5, 0], 0)] }, quotient] },
    ],
    [
      "inner points share elements",
      { ...step, inner: [5, 2], phases: [maximum, sum, { ...quotient, stores: [store(1, [5, 1, 1], 5)] }] },
    ],
    [
      "elements are bytes",
      { ...step, phases: [maximum, sum, { ...quotient, stores: [store(1, [5, 1], 5, { dtype: "uint8" })] }] },
    ],
    ["there is nothing costly", reduction("sum", [3], [5], { offset: 0, strides: [5, 1] })],
  ])("does nothing if %s", (_, other) => {
    expect(stashRepeatedWork(other)).toBe(other);
  });
});
