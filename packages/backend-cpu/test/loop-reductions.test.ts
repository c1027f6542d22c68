import type { DType, Instruction, LoopStep } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { seeded } from "./seeded.ts";
import { runLoop, slotArray, uniformFloats, type SlotArray } from "./loop-runner.ts";
import { binary, constant, phase, reduction, store } from "./loop-steps.ts";

describe("sums", () => {
  const sizes = [0, 1, 3, 4, 5, 15, 16, 17, 63, 64, 65, 255, 256, 257, 260, 1000, 4099];
  it.each(sizes)("of %i ones are exact along rows and columns, in float32 and int32", (n) => {
    for (const dtype of ["float32", "int32"] as const) {
      const x = slotArray(dtype, new Array<number>(3 * n).fill(1));
      for (const strides of [
        [n, 1],
        [1, 3],
      ]) {
        const step = reduction("sum", [3], [n], { offset: 0, strides }, dtype);
        const result = runLoop(
          step,
          new Map([
            [0, x],
            [1, slotArray(dtype, [9, 9, 9])],
          ]),
        );
        expect(Array.from(result.get(1) as SlotArray)).toEqual([n, n, n]);
      }
    }
  });

  // The same number over and over is the worst case: rounding errors all have the same sign.
  const long: [string, number, (i: number) => number][] = [
    ["0.1", 10_000_000, () => 0.1],
    ["uniform numbers", 1_000_000, seeded(7)],
    ["numbers of many magnitudes", 1_000_000, (i) => Math.exp(((i * 7919) % 1000) / 100)],
  ];
  it.each(long)("of %s, %i terms, are within 1e-6, along rows and columns", (_, n, value) => {
    const x = Float32Array.from({ length: n }, (_unused, i) => value(i));
    const exact = x.reduce((sum, each) => sum + each, 0);
    const steps = [
      reduction("sum", [], [n], { offset: 0, strides: [1] }),
      reduction("sum", [], [1000, n / 1000], { offset: 0, strides: [1, 1000] }),
      reduction("sum", [4], [n / 4], { offset: 0, strides: [1, 4] }),
    ];
    for (const step of steps) {
      const result = runLoop(
        step,
        new Map([
          [0, x],
          [1, new Float32Array(step.outer[0] ?? 1)],
        ]),
      ).get(1) as SlotArray;
      const total = Array.from(result).reduce((a, b) => a + b);
      expect(Math.abs(total / exact - 1)).toBeLessThan(1e-6);
    }
  });

  it.each([40, 771, 777, 1003])(
    "of %i terms depend on the inner loops alone, not on what is computed before them",
    (n) => {
      const plain = reduction("sum", [2], [n], { offset: 0, strides: [n, 1] });
      // The same terms at the end of a long computation, for which the code is not unrolled.
      const heavy: Instruction[] = [plain.instructions[0], constant(0)];
      for (let i = 0; i < 40; i++) heavy.push(binary("add", i === 0 ? 0 : heavy.length - 1, 1));
      const value = heavy.length - 1;
      const fused: LoopStep = {
        ...plain,
        instructions: [...heavy, { op: "reduced", id: 0, dtype: "float32" }],
        phases: [
          phase(true, { reductions: [{ id: 0, kind: "sum", value, dtype: "float32" }] }),
          phase(false, { stores: [store(1, [1, 0], value + 1)] }),
        ],
      };
      const slots = new Map([
        [0, uniformFloats(2 * n)],
        [1, new Float32Array(2)],
      ]);
      expect(runLoop(fused, slots).get(1)).toEqual(runLoop(plain, slots).get(1));
    },
  );
});

describe("the order of sums", () => {
  it.each([3, 15, 16, 17, 100, 1003])("of %i terms is that of the step, wherever they lie", (n) => {
    const rows = uniformFloats(5 * n);
    const columns = Float32Array.from(rows, (_, i) => rows[(i % 5) * n + Math.floor(i / 5)]);
    for (const foldsRows of [true, false]) {
      const [fromRows, fromColumns] = [
        [rows, [n, 1]],
        [columns, [1, 5]],
      ].map(([values, strides]) => {
        const step = { ...reduction("sum", [5], [n], { offset: 0, strides: strides as number[] }), foldsRows };
        const slots = new Map([
          [0, values as Float32Array],
          [1, new Float32Array(5)],
        ]);
        return runLoop(step, slots).get(1);
      });
      expect(fromRows).toEqual(fromColumns);
    }
  });
});

describe("other reductions", () => {
  it.each(["max", "min"] as const)("%s is NaN if any element is, wherever it is", (kind) => {
    for (const at of [0, 3, 7, 16, 22]) {
      for (const strides of [
        [23, 1],
        [1, 5],
      ]) {
        const x = uniformFloats(5 * 23);
        x[2 * strides[0] + at * strides[1]] = NaN;
        const step = reduction(kind, [5], [23], { offset: 0, strides });
        const result = runLoop(
          step,
          new Map([
            [0, x],
            [1, new Float32Array(5)],
          ]),
        ).get(1) as SlotArray;
        expect(Array.from(result, Number.isNaN)).toEqual([false, false, true, false, false]);
      }
    }
  });

  it("prod multiplies floats and wraps integers", () => {
    const floats = runLoop(
      reduction("prod", [2], [9], { offset: 0, strides: [9, 1] }),
      new Map([
        [0, Float32Array.from({ length: 18 }, (_, i) => (i % 3) + 1)],
        [1, new Float32Array(2)],
      ]),
    );
    expect(Array.from(floats.get(1) as SlotArray)).toEqual([216, 216]);
    const integers = runLoop(
      reduction("prod", [1], [40], { offset: 0, strides: [0, 1] }, "int32"),
      new Map([
        [0, new Int32Array(40).fill(-3)],
        [1, new Int32Array(1)],
      ]),
    );
    let expected = 1;
    for (let i = 0; i < 40; i++) expected = Math.imul(expected, -3);
    expect(Array.from(integers.get(1) as SlotArray)).toEqual([expected]);
  });

  it("of nothing are the identity", () => {
    const cases: ["sum" | "prod" | "max" | "min", DType, number][] = [
      ["sum", "float32", 0],
      ["prod", "int32", 1],
      ["max", "float32", -Infinity],
      ["min", "uint32", 2 ** 32 - 1],
      ["max", "int32", -(2 ** 31)],
      ["min", "uint8", 255],
      ["max", "bool", 0],
      ["min", "bool", 1],
    ];
    for (const [kind, dtype, identity] of cases) {
      const step = reduction(kind, [5], [0], { offset: 0, strides: [0, 1] }, dtype);
      const result = runLoop(
        step,
        new Map([
          [0, slotArray(dtype, [])],
          [1, slotArray(dtype, [7, 7, 7, 7, 7])],
        ]),
      );
      expect(Array.from(result.get(1) as SlotArray), `${kind} of ${dtype}`).toEqual(new Array(5).fill(identity));
    }
  });
});
