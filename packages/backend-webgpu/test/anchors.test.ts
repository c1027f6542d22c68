import * as T from "@minima/tensor";
import { describe, it } from "vitest";
import { type Case, expectAsReference } from "./compare.ts";
import { sharedBackend } from "./device.ts";
import { withGradients } from "./gradients.ts";
import { booleans, floats, integers } from "./values.ts";

const backend = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });
const tolerance = { absolute: 2e-5, relative: 1e-5 };

const indexing: readonly Case[] = [
  ["argmax and argmin on each axis", () => [0, 1, 2].flatMap((axis) => [T.argmax(floats([4, 5, 6]), { axis }), T.argmin(floats([4, 5, 6]), { axis })])],
  ["argmax of long lines, of equals and NaN", () => [
    T.argmax(floats([3, 700]), { axis: 1 }), T.argmin(integers([2, 900], 0, 5), { axis: 1 }), T.argmax(booleans([300])),
    T.argmax(T.tensor(Float32Array.from({ length: 600 }, (_, i) => (i % 250 === 249 ? NaN : i)))),
    T.argmin(T.tensor([3, NaN, 1, NaN])),
  ]],
  ["gather of all dtypes", () => {
    const index = integers([3, 4], 0, 5);
    const values = [floats([5, 4]), integers([5, 4], -9, 9), integers([5, 4], 0, 255, "uint8"), booleans([5, 4])];
    return values.map((x) => T.gather(x, 0, index));
  }],
  ["rows of a table", () => T.indexSelect(floats([30, 7]), 0, integers([50], 0, 30))],
  ["scatterAdd with many collisions", () => [
    T.scatterAdd(T.zeros([4, 30]), 1, integers([4, 200], 0, 30), floats([4, 200])),
    T.scatterAdd(T.zeros([6, 5]), 0, integers([40, 5], 0, 6), floats([40, 5])),
  ]],
  ["scans", () => [
    T.cumsum(floats([3, 40]), 1), T.cumprod(floats([9, 3], 1, (u) => 1 + u / 5), 0), T.cummax(floats([2, 30]), 1).values,
    T.cumsum(integers([50], -9, 9), 0), T.flip(T.cumsum(T.flip(floats([20]), 0), 0), 0),
  ]],
  ["scatterAdd into few long lines, with indices outside", () => {
    const long = T.add(integers([1, 700, 5], -2, 45), 0); // computed, so not checked
    return [
      T.scatterAdd(T.zeros([1, 43, 5]), 1, long, floats([1, 700, 5])), T.scatterAdd(T.zeros([9], { dtype: "int32" }), 0, integers([3000], 0, 9), integers([3000], -99, 99)),
      T.scatterAdd(T.zeros([100, 3]), 1, integers([100, 130], 0, 3), floats([100, 130])),
    ];
  }],
  ["scans of long lines", () => [
    T.cumsum(floats([3, 700]), 1), T.cumsum(floats([300, 5]), 0), T.cumprod(floats([2, 400], 1, (u) => 1 + u / 50), 1), T.cummax(floats([500, 2]), 0).values,
    T.cumsum(integers([900], -2e9, 2e9), 0), T.flip(T.cumsum(T.flip(floats([1000]), 0), 0), 0),
  ]],
  ["scans of lines of several blocks", () => [
    T.cumsum(floats([2, 9000]), 1), T.cumsum(floats([8193, 2], 1, (u) => u + 1), 0), T.flip(T.cumsum(T.flip(floats([5000]), 0), 0), 0),
    T.cumsum(integers([20_000], -2e9, 2e9), 0), T.cummax(floats([4097]), 0).values,
  ]],
  ["scans over infinities and NaN", () => {
    const line = Float32Array.from({ length: 6000 }, (_, i) => (i === 4500 ? Infinity : i === 5500 ? NaN : 0.25));
    return [T.cumsum(T.tensor(line), 0), T.cumsum(T.tensor(line.slice(4400, 4800)), 0), T.cumsum(T.tensor(line.slice(4400, 4510)), 0)];
  }],
  ["argsort of short lines, stable, NaN the largest", () => [
    T.argsort(floats([4, 33]), { axis: 1 }), T.argsort(integers([50, 3], 0, 4), { axis: 0, descending: true }), T.argsort(booleans([20])),
    T.argsort(T.tensor([2, NaN, -Infinity, 1, NaN, 1])), T.argsort(T.tensor([2, NaN, 1, NaN, 3]), { descending: true }),
  ]],
  ["argsort of lines in several runs", () => [
    T.argsort(integers([1000, 2], 0, 50), { axis: 0 }), T.argsort(floats([2, 513]), { axis: 1, descending: true }), T.argsort(floats([257])),
  ]],
  ["sort and topk", () => [T.sort(floats([3, 20]), { axis: 1 }).values, T.topk(floats([3, 20]), 4, { axis: 1 }).indices]],
]; // prettier-ignore

const windows: readonly Case[] = [
  ["max pooling", () => withGradients((x) => T.maxPool2d(x, 3, { stride: 2, padding: 1 }), [2, 3, 8, 7])],
  ["max pooling without a gradient", () => [T.maxPool2d(floats([2, 3, 8, 7]), 3, { stride: 2, padding: 1 }), T.maxPool1d(T.tensor([[[1, NaN, 3, 4]]]), 2)]],
  ["max pooling of NaN", () => T.maxPool1dWithIndices(T.tensor([[[1, NaN, 3, NaN, 0, 2]]]), 2, { stride: 1 }).indices],
  ["average pooling", () => withGradients((x) => T.avgPool2d(x, 2, { stride: 1, padding: 1 }), [2, 2, 5, 4])],
  ["average pooling that leaves padding out", () => withGradients((x) => T.avgPool2d(x, 3, { padding: 1, countIncludePad: false }), [1, 2, 7, 8])],
]; // prettier-ignore

describe.each([
  ["indexing", indexing],
  ["windows", windows],
])("%s on WebGPU give what the reference gives", (_, cases) => {
  it.each(cases)("%s", (_name, build) => expectAsReference(backend(), build, tolerance));
  it.each(cases)("%s, with kernels for a CPU", (_name, build) => expectAsReference(onCpu(), build, tolerance));
});
