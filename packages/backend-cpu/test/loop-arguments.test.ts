import type { LoopStep } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { kernelCall } from "../src/loop-arguments.ts";
import { elementwise, load, store } from "./loop-steps.ts";

/** y[i] = guard ? x[i + from] · scalar : 0, with x loaded twice. */
function step(slots: readonly [number, number], from: number, scalar: number): LoopStep {
  const [x, y] = slots;
  return elementwise(
    [10],
    [
      load(x, [1], { offset: from }),
      { op: "inside", dtype: "bool", bounds: [{ offset: -1, strides: [1], extent: 10 }] },
      load(x, [1], { offset: from - 1, guard: 1 }),
      { op: "scalar", index: scalar, dtype: "float32" },
      { op: "scalar", index: scalar + 2, dtype: "float32" },
      { op: "mul", dtype: "float32", a: 2, b: 4 },
    ],
    [store(y, [1], 5, { offset: 2 * from })],
  );
}

describe("what a loop kernel is called with", () => {
  it("is not part of it: slots, where in them it begins, and its first scalar", () => {
    const [one, other] = [kernelCall(step([3, 7], 20, 0)), kernelCall(step([8, 12], 50, 6))];
    expect(other.structure).toEqual(one.structure);
    expect([one.slots, one.offsets, one.scalarOffset]).toEqual([[3, 7], [80, 160], 0]);
    expect([other.slots, other.offsets, other.scalarOffset]).toEqual([[8, 12], [200, 400], 24]);
  });

  it("is part of it where two slots are one", () => {
    const apart = kernelCall(step([3, 7], 20, 0)).structure;
    expect(kernelCall(step([3, 3], 20, 0)).structure).not.toEqual(apart);
  });

  it("keeps pointers where they can be read: a guarded access may begin outside of its slot", () => {
    const guarded = elementwise([4], [load(0, [1], { offset: -2, guard: 1 })], [store(1, [1], 0)]);
    expect(kernelCall(guarded).offsets).toEqual([0, 0]);
  });
});
