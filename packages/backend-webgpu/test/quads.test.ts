import * as T from "@minima/tensor";
import type { LoopStep } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { tunings } from "../src/kernel/tuning.ts";
import { loopKernels } from "../src/loop/loop-kernel.ts";
import { type Case, expectAsReference } from "./compare.ts";
import { sharedBackend } from "./device.ts";
import { increment } from "./steps.ts";
import { booleans, floats, integers } from "./values.ts";

const backend = sharedBackend();

const cases: readonly Case[] = [
  ["rows, columns and both are repeated", () => [
    T.mul(floats([6, 8]), floats([8], 2)), T.sub(floats([6, 8]), floats([6, 1], 2)), T.add(floats([6, 1]), floats([1, 8], 2)),
  ]],
  ["functions that go by components", () => [
    T.exp(floats([40])), T.erf(floats([40])), T.sin(T.mul(floats([40]), 9)), T.pow(T.abs(floats([40])), 1.5), T.floor(T.mul(floats([40]), 5)),
    T.remainder(floats([40]), 0.3), T.maximum(floats([40]), 0), T.minimum(floats([40]), floats([40], 2)),
  ]],
  ["NaN and infinities", () => {
    const x = T.tensor([NaN, 1, Infinity, -Infinity, -0, 0, NaN, 2]);
    return [T.maximum(x, 0.5), T.minimum(x, T.flip(x, 0)), T.isNaN(x), T.cast(x, "int32"), T.cast(x, "bool"), T.where(T.isFinite(x), x, 7)];
  }],
  ["integers of both kinds", () => {
    const [x, y] = [integers([12, 4], -9, 9), integers([12, 4], 0, 4e9, "uint32")];
    return [T.mul(x, x), T.floorDivide(x, 4), T.remainder(x, 5), T.neg(y), T.less(y, 2e9), T.cast(x, "float32"), T.cast(y, "int32")];
  }],
  ["bytes, a word at a time", () => {
    const [x, c] = [integers([3, 8], 0, 256, "uint8"), booleans([3, 8])];
    return [
      T.add(x, x), T.less(x, 100), T.logicalNot(c), T.logicalAnd(c, booleans([8], 5)), T.logicalOr(c, booleans([3, 1], 6)),
      T.where(c, floats([3, 8]), 0), T.where(c, x, 3), T.cast(x, "float32"), T.cast(c, "int32"), T.cast(floats([3, 8], 1, (u) => u * 300), "uint8"),
    ];
  }],
  ["bytes that are stored beside floats", () => {
    const x = floats([16, 4]);
    return [T.greater(x, 0), T.mul(x, 2), T.cast(T.mul(x, 100), "uint8")];
  }],
  ["a part, at an offset that is a multiple of four and one that is not", () => {
    const x = floats([5, 24]);
    return [T.add(T.slice(x, [[0, 5], [8, 16]]), 1), T.add(T.slice(x, [[0, 5], [3, 11]]), 1), T.add(T.slice(x, [[1, 5], [4, 24]]), T.slice(x, [[0, 4], [1, 21]]))];
  }],
  ["a tensor with its transpose, and with itself turned round", () => {
    const x = floats([12, 12]);
    return [T.add(x, T.transpose(x)), T.sub(x, T.flip(x, 1)), T.sub(x, T.flip(x, 0)), T.add(T.mul(x, T.unsqueeze(T.diagonal(x), 0)), x)];
  }],
  ["padding, in front and behind, beside what is in quads", () => {
    const x = floats([6, 8]);
    return [
      T.add(T.pad(x, [1, 3]), floats([6, 12])), T.add(T.pad(x, [4, 0]), floats([6, 12], 2)), T.add(T.pad(x, [0, 0, 2, 1]), floats([9, 8], 3)),
      T.where(T.pad(booleans([6, 8]), [2, 2]), floats([6, 12]), 1),
    ];
  }],
  ["parts of a join", () => [T.concat([floats([3, 8]), floats([3, 4], 2), floats([3, 5], 3)], 1), T.concat([floats([8]), T.exp(floats([4], 2))])]],
  ["positions", () => [T.arange(64), T.mul(T.arange(48).reshape([4, 12]), floats([4, 12])), T.tril(floats([8, 8])), T.eye(8)]],
  ["reductions of rows, short and long", () => [16, 64, 400, 1028].flatMap((n) => {
    const x = floats([5, n], n, (u) => u + 0.1);
    return [T.sum(x, { axis: 1 }), T.amax(x, { axis: 1 }), T.amin(x, { axis: 1 }), T.softmax(x, 1), T.logSoftmax(T.mul(x, 30), 1), T.variance(x, { axis: 1 })];
  })],
  ["reductions of integers, of bytes, and over two axes", () => [
    T.sum(integers([3, 400], -2e9, 2e9), { axis: 1 }), T.amax(integers([3, 400], 0, 256, "uint8"), { axis: 1 }), T.any(booleans([3, 400]), { axis: 1 }),
    T.all(booleans([3, 8]), { axis: 1 }), T.sum(floats([4, 3, 6, 40]), { axis: [1, 3] }), T.countNonzero(integers([300, 4], 0, 3)),
    T.prod(floats([4, 80], 1, (u) => 1 + u / 9), { axis: 1 }),
  ]],
  ["a row that is divided by what is reduced of a part of it", () => {
    const x = floats([6, 128]);
    return T.div(x, T.sum(T.abs(T.slice(x, [[0, 6], [32, 96]])), { axis: 1, keepDims: true }));
  }],
  ["few long reductions in parts that are no multiples of four quads", () => [T.sum(floats([70_004], 1, (u) => u + 1)), T.amax(floats([2, 33_012]), { axis: 1 })]],
  ["a maximum of rows with NaN in one component", () => T.amax(floats([8, 200], 1, (u) => (u > 0.999 ? NaN : u)), { axis: 1 })],
]; // prettier-ignore

describe("four points at a time give what the reference gives", () => {
  it.each(cases)("%s", (_name, build) => expectAsReference(backend(), build));
});

describe("kernels are written in vec4s", () => {
  const limits = {
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupSizeX: 256,
    maxComputeWorkgroupsPerDimension: 65_535,
    maxStorageBufferBindingSize: 2 ** 27,
    maxStorageBuffersPerShaderStage: 8,
    tuning: tunings.gpu,
    subgroups: false,
  };
  const kernelOf = (step: LoopStep) => loopKernels(step, limits).kernels[0]; // prettier-ignore
  const plain = increment(1024) as LoopStep;
  const load = { op: "load", slot: 0, dtype: "float32", offset: 0 } as const;
  const along = (strides: readonly number[], offset = 0): LoopStep => ({
    ...plain,
    outer: [16, 1024],
    instructions: [{ ...load, strides, offset }, ...plain.instructions.slice(1)],
    phases: [{ inner: false, reductions: [], stores: [{ slot: 1, dtype: "float32", offset: 0, strides: [1024, 1], value: 2 }] }],
  }); // prettier-ignore

  it.each([
    { name: "an element-wise step", step: plain, workgroups: 4, vectors: 2 },
    { name: "one with a row that is repeated", step: along([0, 1]), workgroups: 64, vectors: 2 },
    { name: "one with a column that is repeated", step: along([1, 0]), workgroups: 64, vectors: 1 },
    { name: "not one whose extent is no multiple of four", step: increment(1023) as LoopStep, workgroups: 16, vectors: 0 },
    { name: "not one that loads from other places", step: along([1024, 1], 1), workgroups: 256, vectors: 0 },
    { name: "not one that loads rows of odd lengths", step: along([1025, 1]), workgroups: 256, vectors: 0 },
    { name: "not one that loads columns", step: along([1, 16]), workgroups: 256, vectors: 0 },
  ])("$name", ({ step, workgroups, vectors }) => {
    const { source, workgroups: dispatched } = kernelOf(step);
    expect(dispatched).toEqual([workgroups, 1]);
    expect(source.match(/array<vec4<f32>>;/g) ?? []).toHaveLength(vectors);
  });
}); // prettier-ignore
