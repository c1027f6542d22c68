import type { DType, Instruction } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { loopSlots } from "../src/loop/index.ts";
import { interpreted, runLoop, slotArray, uniformFloats, type SlotArray } from "./loop-runner.ts";
import { binary, contiguous, elementwise, load, store } from "./loop-steps.ts";

describe("accesses", () => {
  it("reads neighbours of one slot behind guards, far outside of the slot too", () => {
    for (const [rows, columns] of [
      [1, 3],
      [5, 4],
      [7, 19],
      [40, 33],
    ]) {
      const shape = [rows, columns];
      const instructions: Instruction[] = [];
      for (const [dy, dx] of [
        [-3, -1],
        [0, 0],
        [0, 1],
        [3, 2],
        [-40, 0],
      ]) {
        const bounds = [
          { offset: dy, strides: [1, 0], extent: rows },
          { offset: dx, strides: [0, 1], extent: columns },
        ];
        const guard = instructions.push({ op: "inside", dtype: "bool", bounds }) - 1;
        instructions.push(load(0, contiguous(shape), { offset: dy * columns + dx, guard }));
      }
      instructions.push(binary("add", 1, 3), binary("add", 10, 5), binary("add", 11, 7), binary("add", 12, 9));
      const step = elementwise(shape, instructions, [store(1, contiguous(shape), 13)]);
      const slots = new Map([
        [0, uniformFloats(rows * columns)],
        [1, new Float32Array(rows * columns)],
      ]);
      expect(Array.from(runLoop(step, slots).get(1) as SlotArray)).toEqual(interpreted(step, slots).get(1));
    }
  });

  it("does not touch an element that no lane may see, where lanes share it", () => {
    // One value a row, seen in the first columns of the first rows only; the others would lie outside of memory.
    const bounds = [
      { offset: 0, strides: [1, 0], extent: 2 },
      { offset: 0, strides: [0, 1], extent: 6 },
    ];
    const instructions: Instruction[] = [
      { op: "inside", dtype: "bool", bounds },
      load(0, [2 ** 28, 0], { guard: 0, offset: -(2 ** 28) }),
    ];
    const guarded = [{ ...bounds[0], offset: -1, extent: 1 }, bounds[1]];
    instructions[0] = { op: "inside", dtype: "bool", bounds: guarded };
    const step = elementwise([3, 7], instructions, [store(1, [7, 1], 1)]);
    const result = runLoop(
      step,
      new Map([
        [0, Float32Array.of(5)],
        [1, new Float32Array(21)],
      ]),
    );
    const rows = [0, 1, 2].map((row) => Array.from((result.get(1) as SlotArray).subarray(7 * row, 7 * row + 7)));
    expect(rows).toEqual([
      [0, 0, 0, 0, 0, 0, 0],
      [5, 5, 5, 5, 5, 5, 0],
      [0, 0, 0, 0, 0, 0, 0],
    ]);
  });

  it("computes addresses outside of memory without touching them", () => {
    // The first vector lies before address 0, the second, of the same block, inside of the slot.
    const bounds = [{ offset: -4, strides: [1], extent: 4 }];
    const instructions: Instruction[] = [
      { op: "inside", dtype: "bool", bounds },
      load(0, [2000], { offset: -8000, guard: 0 }),
    ];
    const step = elementwise([8], instructions, [store(1, [1], 1)]);
    const x = uniformFloats(6001);
    const result = runLoop(
      step,
      new Map([
        [0, x],
        [1, new Float32Array(8)],
      ]),
    ).get(1) as SlotArray;
    expect(Array.from(result)).toEqual([0, 0, 0, 0, x[0], x[2000], x[4000], x[6000]]);
  });

  it("ignores lanes that are not in use when lanes share a guarded element", () => {
    // Inside in the column behind the last one only; the element would lie outside of memory.
    const bounds = [{ offset: -7, strides: [0, 1], extent: 1 }];
    const instructions: Instruction[] = [
      { op: "inside", dtype: "bool", bounds },
      load(0, [1, 0], { offset: 2 ** 29, guard: 0 }),
    ];
    const step = elementwise([2, 7], instructions, [store(1, [7, 1], 1)]);
    const result = runLoop(
      step,
      new Map([
        [0, new Float32Array(1)],
        [1, uniformFloats(14)],
      ]),
    ).get(1) as SlotArray;
    expect(Array.from(result)).toEqual(new Array(14).fill(0));
  });

  it("transposes, flips and copies bytes", () => {
    for (const dtype of ["float32", "uint8", "bool"] as const) {
      const x = slotArray(
        dtype,
        Array.from({ length: 6 * 11 }, (_, i) => (dtype === "bool" ? Number(i % 3 === 0) : i)),
      );
      for (const source of [
        { strides: [1, 11], offset: 0 },
        { strides: [-1, -11], offset: 65 },
        { strides: [11, 1], offset: 0 },
      ]) {
        const [m, n] = source.strides[0] === 11 ? [6, 11] : [11, 6];
        const step = elementwise(
          [m, n],
          [load(0, source.strides, { dtype, offset: source.offset })],
          [store(1, [n, 1], 0, { dtype })],
        );
        const slots = new Map([
          [0, x],
          [1, slotArray(dtype, new Array<number>(m * n).fill(0))],
        ]);
        expect(Array.from(runLoop(step, slots).get(1) as SlotArray)).toEqual(interpreted(step, slots).get(1));
      }
    }
  });

  it("reads scalars of every dtype by their bits", () => {
    const scalars = new ArrayBuffer(16);
    new Float32Array(scalars).set([1.5]);
    new Uint32Array(scalars).set([2 ** 32 - 2, 7, 1], 1);
    const dtypes: DType[] = ["float32", "int32", "uint8", "bool"];
    dtypes.forEach((dtype, index) => {
      const step = elementwise([5], [{ op: "scalar", index, dtype }], [store(0, [1], 0, { dtype })]);
      const result = runLoop(step, new Map([[0, slotArray(dtype, [0, 0, 0, 0, 0])]]), scalars).get(0) as SlotArray;
      expect(Array.from(result)).toEqual(new Array(5).fill([1.5, -2, 7, 1][index]));
    });
  });

  it("lists the slots of a step in ascending order", () => {
    expect(loopSlots(elementwise([1], [load(7, [1]), load(2, [1])], [store(5, [1], 0), store(2, [1], 1)]))).toEqual([
      2, 5, 7,
    ]);
  });
});
