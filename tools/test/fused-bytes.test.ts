import type { Step } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { cnnTraining } from "../src/bench/cases/cnn.ts";
import { lstmTraining } from "../src/bench/cases/lstm.ts";
import { mlpTraining } from "../src/bench/cases/mlp.ts";
import { transformerTraining } from "../src/bench/cases/transformer.ts";
import { fusedBytes } from "../src/testkit/fused-bytes.ts";
import { plannedSteps } from "./planned-steps.ts";

const webgpu = {
  maxSlotsPerStep: 12,
  synchronous: false,
  anchors: {
    matmul: { epilogue: true, stridedResult: true },
    conv: { epilogue: true },
    attention: { stridedResult: true },
  },
  composites: { attention: { mostFeatures: 128 } },
};

// The figures are in docs/performance.md; a plan that binds more says so here.
describe("loops of compiled training steps bind hardly more than an ideal fusion needs", () => {
  it.each([
    { name: "the MLP", make: mlpTraining, most: 1.05 },
    { name: "the CNN", make: cnnTraining, most: 1.34 },
    { name: "the LSTM", make: lstmTraining, most: 1.12 },
    { name: "the transformer", make: transformerTraining, most: 1.09 },
  ])("$name: $most times as much", async ({ make, most }) => {
    const { bound, ideal } = fusedBytes(await plannedSteps(make, webgpu));
    expect(ideal).toBeGreaterThan(0);
    expect(bound / ideal).toBeGreaterThanOrEqual(1);
    expect(bound / ideal).toBeLessThanOrEqual(most);
  });
});

describe("what an ideal fusion needs", () => {
  const n = 100;
  const at = (slot: number) => ({ slot, dtype: "float32", offset: 0, strides: [1] }) as const;
  /** Adds what is in some slots into another one. */
  const loop = (into: number, ...from: number[]): Step => ({
    kind: "loop",
    outer: [n],
    inner: [],
    instructions: [
      ...from.map((slot) => ({ op: "load", ...at(slot) }) as const),
      ...from.slice(1).map((_, i) => ({ op: "add", dtype: "float32", a: i === 0 ? 0 : from.length + i - 1, b: i + 1 }) as const),
    ],
    phases: [{ inner: false, reductions: [], stores: [{ ...at(into), value: 2 * from.length - 2 }] }],
  });
  const anchor = (output: number, input: number): Step => {
    const operand = (slot: number) => ({ slot, shape: [n], dtype: "float32" }) as const;
    return { kind: "scan", attributes: { kind: "sum", axis: 0, reverse: false }, input: operand(input), output: operand(output) };
  };

  it.each([
    { name: "one kernel is all", steps: [loop(1, 0)], bound: 2, ideal: 2 },
    { name: "what passes between kernels is not in memory", steps: [loop(1, 0), loop(2, 1)], bound: 4, ideal: 2 },
    { name: "what two read is read once", steps: [loop(1, 0), loop(2, 0)], bound: 4, ideal: 3 },
    { name: "an update in place is one binding", steps: [loop(1, 0, 1)], bound: 2, ideal: 2 },
    { name: "what an anchor reads is written", steps: [loop(1, 0), anchor(2, 1), loop(3, 2)], bound: 4, ideal: 4 },
    { name: "what is wanted behind an anchor is written and read", steps: [loop(1, 0), anchor(2, 1), loop(3, 2, 1)], bound: 5, ideal: 5 },
    { name: "a slot that is used again holds another value", steps: [loop(1, 0), loop(2, 1), anchor(3, 2), loop(1, 3), loop(4, 1)], bound: 8, ideal: 4 },
  ])("$name", ({ steps, bound, ideal }) => {
    expect(fusedBytes(steps)).toEqual({ bound: bound * 4 * n, ideal: ideal * 4 * n });
  });
}); // prettier-ignore
