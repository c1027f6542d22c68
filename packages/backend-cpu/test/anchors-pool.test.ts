import type { PoolAttributes, Step } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { checkAnchor, operandOf, runAnchor, type AnchorNode } from "./anchor-step.ts";
import { cpu } from "../src/index.ts";
import { sizeOf, type Operand } from "./anchor-runner.ts";
import { seeded } from "./seeded.ts";

interface PoolCase {
  readonly x: readonly number[];
  readonly window: readonly number[];
  readonly stride?: readonly number[];
  readonly dilation?: readonly number[];
  readonly padBefore?: readonly number[];
  readonly padAfter?: readonly number[];
  readonly countPadding?: boolean;
}

const cases: readonly PoolCase[] = [
  { x: [2, 3, 28, 28], window: [2, 2] },
  { x: [2, 3, 14, 14], window: [2, 2] },
  { x: [1, 2, 7, 9], window: [2, 2] },
  { x: [1, 2, 7, 7], window: [2, 2] },
  { x: [5, 9, 10], window: [2, 2] },
  { x: [1, 1, 2, 2], window: [2, 2] },
  { x: [1, 2, 9, 11], window: [2, 2], padBefore: [1, 1], padAfter: [1, 1] },
  { x: [1, 2, 10, 13], window: [3, 3], stride: [2, 2], padBefore: [1, 1], padAfter: [1, 1] },
  { x: [1, 2, 10, 13], window: [3, 2], stride: [1, 1], padBefore: [1, 0], padAfter: [0, 1] },
  { x: [1, 2, 15, 16], window: [3, 3], stride: [3, 3] },
  { x: [1, 2, 15, 16], window: [2, 3], stride: [2, 4] },
  { x: [1, 2, 15, 18], window: [3, 3], stride: [1, 2], dilation: [3, 2] },
  { x: [1, 2, 7, 7], window: [7, 7] },
  { x: [1, 2, 12, 30], window: [4, 11], stride: [2, 1], padBefore: [2, 5], padAfter: [1, 5] },
  { x: [2, 3, 25], window: [3], stride: [2], padBefore: [1], padAfter: [1] },
  { x: [4, 26], window: [2] },
  // The last windows hang over the end, as in PyTorch's ceil_mode.
  { x: [1, 2, 8, 8], window: [3, 3], stride: [2, 2], padAfter: [1, 1] },
];

function attributesOf({ x: _, window, ...rest }: PoolCase): PoolAttributes {
  const each = (value: number) => window.map(() => value);
  return {
    window,
    stride: window,
    dilation: each(1),
    padBefore: each(0),
    padAfter: each(0),
    countPadding: false,
    ...rest,
  };
}

function pooledShape({ x }: PoolCase, a: PoolAttributes): number[] {
  const axes = a.window.length;
  const spatial = a.window.map((taps, k) => {
    const covered = a.dilation[k] * (taps - 1) + 1;
    return Math.floor((x[x.length - axes + k] + a.padBefore[k] + a.padAfter[k] - covered) / a.stride[k]) + 1;
  });
  return [...x.slice(0, x.length - axes), ...spatial];
}

const random = seeded(5);
const values = {
  different: () => 2 * random() - 1,
  "often equal": () => Math.floor(3 * random()),
  "negative infinities": () => (random() < 0.9 ? -Infinity : random()),
  "infinities and NaN": () => [NaN, Infinity, -Infinity, 1, 2, 3, 4, 5][Math.floor(8 * random())],
  zeros: () => (random() < 0.5 ? -0 : 0),
};

describe("poolIndex", () => {
  it.each(cases)("finds the first maximum: $x, window $window", (test) => {
    const attributes = attributesOf(test);
    const node: AnchorNode = { kind: "poolIndex", attributes, shape: pooledShape(test, attributes), dtype: "int32" };
    for (const value of Object.values(values)) checkAnchor(node, [operandOf(test.x, "float32", value)]);
  });

  it("gives the same however planes are divided", () => {
    const attributes = attributesOf({ x: [], window: [2, 2] });
    const node: AnchorNode = { kind: "poolIndex", attributes, shape: [2, 7, 14, 14], dtype: "int32" };
    const inputs = [operandOf([2, 7, 28, 28], "float32", values.different)];
    expect(runAnchor(node, inputs, { divided: true })).toEqual(runAnchor(node, inputs));
  });
});

describe("max pooling", () => {
  it.each(cases)("gives maxima with their indices: $x, window $window", (test) => {
    const attributes = attributesOf(test);
    const [pooled, axes] = [pooledShape(test, attributes), attributes.window.length];
    const [lead, plane] = [test.x.slice(0, -axes), sizeOf(test.x.slice(-axes))];
    const lines = [...lead, sizeOf(pooled.slice(-axes))];
    const indexStep: Step = {
      kind: "poolIndex",
      attributes,
      input: { slot: 0, shape: test.x, dtype: "float32" },
      output: { slot: 1, shape: pooled, dtype: "int32" },
    };
    const gatherStep: Step = {
      kind: "gather",
      axis: lines.length - 1,
      input: { slot: 0, shape: [...lead, plane], dtype: "float32" },
      index: { slot: 1, shape: lines, dtype: "int32" },
      output: { slot: 2, shape: lines, dtype: "float32" },
    };
    const maxPoolStep: Step = {
      kind: "maxPool",
      attributes,
      input: indexStep.input,
      output: { slot: 2, shape: pooled, dtype: "float32" },
    };
    const backend = cpu();
    const x = backend.allocate(4 * sizeOf(test.x));
    const buffers = [x, ...[0, 1].map(() => backend.allocate(4 * sizeOf(pooled)))];
    const run = (...steps: Step[]): void => {
      const program = backend.compile(steps);
      if (program instanceof Promise) throw new Error("the CPU compiles at once");
      backend.submit(program, { buffers, scalars: new Uint32Array(4) });
    };
    const results = () => [
      backend.readSync?.(buffers[1], "int32", sizeOf(pooled)),
      backend.readSync?.(buffers[2], "float32", sizeOf(pooled)),
    ];
    for (const value of Object.values(values)) {
      backend.write(x, operandOf(test.x, "float32", value).values);
      run(indexStep);
      run(gatherStep);
      const expected = results();
      for (const buffer of buffers.slice(1)) backend.write(buffer, new Uint8Array(4 * sizeOf(pooled)).fill(0xa5));
      run(indexStep, gatherStep);
      expect(results()).toEqual(expected);
      backend.write(buffers[2], new Uint8Array(4 * sizeOf(pooled)).fill(0xa5));
      run(maxPoolStep);
      expect(results()).toEqual(expected);
    }
  });
});

describe("avgPool", () => {
  it.each(cases)("averages and gives the gradient: $x, window $window", (test) => {
    for (const countPadding of [false, true]) {
      const attributes = { ...attributesOf(test), countPadding };
      const pooled = pooledShape(test, attributes);
      const check = (mode: "forward" | "inputGradient", input: Operand, shape: readonly number[]) =>
        checkAnchor({ kind: "avgPool", attributes: { ...attributes, mode }, shape, dtype: "float32" }, [input], 1e-6);
      check("forward", operandOf(test.x, "float32", values.different), pooled);
      check("inputGradient", operandOf(pooled, "float32", values.different), test.x);
    }
  });
});
