import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { describe, it } from "vitest";
import { type Case, expectAsReference } from "./compare.ts";
import { sharedBackend } from "./device.ts";
import { booleans, floats, integers } from "./values.ts";

const backend = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });
const withoutSubgroups = sharedBackend({ features: [] });

const special = (): Tensor =>
  T.tensor(new Float32Array([NaN, Infinity, -Infinity, 0, -0, 1, -1, 2.5, -2.5, 3e38, -3e38, 1e-30, 300, -7]));

const elementwise: readonly Case[] = [
  ["numbers and scalars", () => T.add(T.mul(floats([2, 3]), 3), 0.5)],
  ["a scalar", () => T.exp(floats([]))],
  ["broadcast of rows, columns and both", () => [T.mul(floats([4, 3]), floats([3], 2)), T.sub(floats([4, 1]), floats([1, 3], 2))]],
  ["several outputs of one kernel", () => [T.sin(floats([33])), T.less(floats([33]), 0.1), T.cos(floats([33]))]],
  ["maximum and minimum with NaN and infinities", () => {
    const [a, b] = [T.unsqueeze(special(), 0), T.unsqueeze(special(), 1)];
    return [T.maximum(a, b), T.minimum(a, b), T.less(a, b), T.equal(a, b), T.isNaN(special()), T.isFinite(special())];
  }],
  ["division and remainder of floats", () => [T.div(floats([20]), floats([20], 2)), T.remainder(floats([20], 1, (u) => u * 50), floats([20], 2))]],
  ["integer arithmetic that wraps", () => {
    const x = T.tensor(new Int32Array([2147483647, -2147483648, -7, 7, 0, 123456789]));
    const y = T.tensor(new Int32Array([3, -1, 2, -2, 0, 987654321]));
    return [T.add(x, y), T.mul(x, y), T.sub(x, y), T.floorDivide(x, y), T.remainder(x, y), T.neg(x), T.maximum(x, y)];
  }],
  ["unsigned integers", () => {
    const x = T.tensor(new Uint32Array([4294967295, 7, 0, 123456789]));
    const y = T.tensor(new Uint32Array([2, 5, 0, 3000000000]));
    return [T.add(x, y), T.mul(x, y), T.less(x, y), T.maximum(x, y)];
  }],
  ["where on all dtypes", () => {
    const c = booleans([5, 7]);
    return [
      T.where(c, floats([5, 7]), floats([7], 2)), T.where(c, integers([5, 7], -9, 9), 4),
      T.where(c, booleans([5, 7], 4), booleans([7], 5)), T.where(c, integers([5, 7], 0, 255, "uint8"), integers([7], 0, 255, "uint8")),
    ];
  }],
  ["casts between all dtypes", () => {
    const dtypes = ["float32", "int32", "uint32", "uint8", "bool"] as const;
    const sources = [special(), integers([14], -300, 300), integers([14], 0, 4e9, "uint32"), integers([14], 0, 256, "uint8"), booleans([14])];
    return sources.flatMap((x) => dtypes.map((dtype) => T.cast(x, dtype)));
  }],
  ["logic", () => {
    const [a, b] = [booleans([6, 5]), booleans([5], 9)];
    return [T.logicalAnd(a, b), T.logicalOr(a, b), T.logicalXor(a, b), T.logicalNot(a), T.equal(a, b)];
  }],
  ["bytes in and out", () => T.add(integers([10, 3], 0, 200, "uint8"), integers([3], 0, 200, "uint8"))],
]; // prettier-ignore

const views: readonly Case[] = [
  ["permute", () => T.add(T.permute(floats([2, 3, 4]), [2, 0, 1]), 1)],
  ["flip and steps", () => [T.flip(floats([3, 4]), 1), T.slice(floats([7, 5]), [[1, 7, 2], [0, 5, 3]])]],
  ["pad of floats and booleans", () => [T.pad(floats([3, 4]), [1, 2, 2, 0], { value: 0.5 }), T.logicalNot(T.pad(booleans([5]), [1, 2]))]],
  ["pad reflect and circular", () => [T.pad(floats([2, 4]), [2, 1], { mode: "reflect" }), T.pad(floats([2, 4]), [2, 1], { mode: "circular" })]],
  ["concat of many, large and small", () => [
    T.concat(Array.from({ length: 20 }, (_, i) => floats([2, 3], i)), 1), T.concat([floats([3]), floats([4], 2)], 0),
    T.concat([booleans([5]), booleans([6], 8)], 0), T.concat([floats([4, 2000]), floats([3, 2000], 2)], 0),
  ]],
  ["stack, split, roll, tile", () => [
    T.stack([floats([3]), floats([3], 2)], 1), ...T.split(floats([5, 2]), 2, 0), T.roll(floats([2, 5]), 2, 1), T.tile(floats([2, 2]), [2, 3]),
  ]],
  ["reshape of a view", () => T.mul(T.reshape(T.transpose(floats([4, 6])), [3, 8]), 2)],
  ["bytes at odd places", () => [T.flip(booleans([11]), 0), T.concat([booleans([3]), booleans([2, 4], 2).reshape([8])], 0), T.transpose(integers([3, 5], 0, 255, "uint8"))]],
  ["triangles and diagonals", () => [T.tril(floats([5, 5])), T.diagonal(floats([4, 5]), { offset: 1 }), T.eye(4)]],
]; // prettier-ignore

const axes = [0, 1, 2, [0, 1], [1, 2], [0, 2], undefined] as const;
const reductions: readonly Case[] = [
  ...axes.map((axis): Case => [`sum, mean, max and min over axis ${String(axis)}`, () => {
    const x = floats([3, 40, 5]);
    const options = { axis: axis === undefined ? undefined : [axis].flat() };
    return [T.sum(x, options), T.mean(x, { ...options, keepDims: true }), T.amax(x, options), T.amin(x, options)];
  }]),
  ["prod, any, all, counts", () => [
    T.prod(floats([4, 50], 1, (u) => 1 + u / 9), { axis: 1 }), T.any(booleans([4, 6]), { axis: 0 }), T.all(booleans([50, 3]), { axis: 0 }),
    T.sum(booleans([7, 60]), { axis: 1 }), T.countNonzero(integers([70], 0, 3)), T.sum(integers([4, 100], -2e9, 2e9), { axis: 1 }),
  ]],
  ["reductions of integers and bytes", () => [
    T.amax(integers([3, 80], -9e8, 9e8), { axis: 1 }), T.amin(integers([3, 80], 0, 255, "uint8"), { axis: 1 }), T.amax(integers([90, 3], 5, 4e9, "uint32"), { axis: 0 }),
  ]],
  ["maximum with NaN, and of -∞", () => [
    T.amax(T.stack([special(), T.full([14], -Infinity)]), { axis: 1 }), T.amax(T.full([3, 70], -Infinity), { axis: 1 }), T.amin(special()),
  ]],
  ["maximum, minimum and product of rows that lanes share, with NaN and infinities", () => {
    const row = T.tile(special(), [7]);
    const plain = T.where(T.isNaN(row), 0.5, row);
    const rows = T.stack([row, plain, T.neg(plain), T.full([98], -Infinity)]);
    return [T.amax(rows, { axis: 1 }), T.amin(rows, { axis: 1 }), T.prod(floats([3, 90], 1, (u) => 1 + u / 50), { axis: 1 })];
  }],
  ["many long rows and columns", () => [T.sum(floats([1100, 40]), { axis: 1 }), T.sum(floats([40, 1100]), { axis: 0 })]],
  ["a long sum in two levels", () => T.mean(floats([3, 30_000], 1, (u) => u + 1), { axis: 1 })],
  ["columns that neighbouring lanes share", () => [
    T.sum(floats([300, 96]), { axis: 0 }), T.amax(floats([2, 90, 24]), { axis: 1 }), T.mean(floats([1500, 1100], 1, (u) => u + 1), { axis: 0 }),
    T.softmax(floats([80, 16]), 0), T.any(booleans([70, 8]), { axis: 0 }),
  ]],
  ["few long reductions, each by several workgroups", () => [
    T.sum(floats([70_001], 1, (u) => u + 1)), T.amax(floats([2, 33_000]), { axis: 1 }), T.sum(floats([6000, 8], 1, (u) => u + 1), { axis: 0 }),
    T.div(1, T.sqrt(T.add(T.mean(floats([3, 40_000], 1, Math.abs), { axis: 1 }), 0.1))), T.sum(integers([40_000], -2e9, 2e9)),
    T.any(T.less(floats([30_000]), -0.9999)), T.countNonzero(integers([50_000], 0, 3)), T.logsumexp(floats([20_000], 1, (u) => u * 9)),
  ]],
  ["a maximum over parts with NaN in one of them", () => T.amax(floats([40_000], 1, (u) => (u > 0.9999 ? NaN : u)))],
  ["softmax and its logarithm on each axis", () => [
    ...[0, 1, 2].map((axis) => T.softmax(floats([3, 40, 5]), axis)), T.logSoftmax(floats([6, 7]), 1), T.logSoftmax(floats([2, 300], 1, (u) => u * 80), 1),
  ]],
  ["logsumexp, variance, norm", () => [
    T.logsumexp(floats([4, 50], 1, (u) => u * 90), { axis: 1 }), T.variance(floats([5, 60]), { axis: 1 }), T.norm(floats([5, 6]), { axis: 0 }),
  ]],
  ["empty tensors", () => [T.add(floats([0, 3]), 1), T.sum(floats([0, 3]), { axis: 0 }), T.sum(floats([2, 0]), { axis: 1 })]],
]; // prettier-ignore

describe.each([
  ["element-wise", elementwise],
  ["views", views],
  ["reductions", reductions],
])("%s operations on WebGPU give what the reference gives", (_, cases) => {
  it.each(cases)("%s", (_name, build) => expectAsReference(backend(), build));
});

describe("reductions without subgroups give what the reference gives", () => {
  it.each(reductions)("%s", (_name, build) => expectAsReference(withoutSubgroups(), build));
});

describe("reductions by kernels for a CPU give what the reference gives", () => {
  // One invocation adds hundreds of numbers of either sign, whose sums on the way are larger than the result.
  const tolerance = { absolute: 4e-6, relative: 2e-6 };
  it.each(reductions)("%s", (_name, build) => expectAsReference(onCpu(), build, tolerance));
});
