import "@minima/autograd";
import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { afterAll, beforeAll, describe, it } from "vitest";
import type { WebGpuBackend } from "../src/index.ts";
import { expectAsReference } from "./compare.ts";
import { testBackend } from "./device.ts";
import { booleans, floats, integers } from "./values.ts";

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await testBackend();
});
afterAll(async () => {
  await backend.idle();
  backend.dispose();
});

type Case = readonly [name: string, build: () => Tensor | Tensor[]];
const tolerance = { absolute: 2e-5, relative: 1e-5 };

/** m, k, n of products: below, at and beyond the tiles. */
const sizes = [[1, 1, 1], [1, 70, 1], [3, 5, 7], [16, 16, 16], [17, 33, 15], [64, 9, 65], [130, 20, 40], [2, 300, 70]] as const; // prettier-ignore

const products: readonly Case[] = [
  ...sizes.map(([m, k, n]): Case => [`${m}x${k} by ${k}x${n}`, () => T.matmul(floats([m, k]), floats([k, n], 2))]),
  ["transposes of either side", () => {
    const [a, b, c] = [floats([35, 20]), floats([35, 18], 2), floats([20, 18], 3)];
    return [T.matmul(T.transpose(a), b), T.matmul(a, c), T.matmul(c, T.transpose(b)), T.matmul(T.transpose(c), T.transpose(a))];
  }],
  ["batches, broadcast batches, vectors", () => [
    T.matmul(floats([3, 20, 5]), floats([3, 5, 18], 2)), T.matmul(floats([2, 1, 4, 5]), floats([3, 5, 6], 2)),
    T.matmul(floats([6]), floats([2, 6, 3], 2)), T.matmul(floats([4, 6]), floats([6], 2)),
  ]],
  ["a matrix with itself, and views with steps", () => {
    const x = floats([20, 20]);
    return [T.matmul(x, x), T.matmul(T.slice(floats([40, 9]), [[0, 40, 2]]), T.flip(floats([9, 8], 2), 0))];
  }],
  ["bias and activation behind a product", () => [
    T.relu(T.add(T.matmul(floats([33, 20]), floats([20, 40], 2)), floats([40], 3))),
    T.tanh(T.mul(T.matmul(floats([2, 3, 4]), floats([2, 4, 5], 2)), floats([2, 3, 5], 3))),
  ]],
  ["a product with no terms", () => T.add(T.matmul(floats([3, 0]), floats([0, 4])), 1)],
]; // prettier-ignore

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
  ["argsort of short lines, stable, NaN last", () => [
    T.argsort(floats([4, 33]), { axis: 1 }), T.argsort(integers([50, 3], 0, 4), { axis: 0, descending: true }), T.argsort(booleans([20])),
    T.argsort(T.tensor([2, NaN, -Infinity, 1, NaN, 1])), T.argsort(T.tensor([2, NaN, 1, NaN, 3]), { descending: true }),
  ]],
  ["argsort of lines in several runs", () => [
    T.argsort(integers([1000, 2], 0, 50), { axis: 0 }), T.argsort(floats([2, 513]), { axis: 1, descending: true }), T.argsort(floats([257])),
  ]],
  ["sort and topk", () => [T.sort(floats([3, 20]), { axis: 1 }).values, T.topk(floats([3, 20]), 4, { axis: 1 }).indices]],
]; // prettier-ignore

/** A function and the gradients of its inputs. */
function withGradients(f: (...inputs: Tensor[]) => Tensor, ...shapes: (readonly number[])[]): Tensor[] {
  const inputs = shapes.map((shape, i) => new T.Variable(floats(shape, i + 1), { requiresGrad: true }));
  const y = f(...inputs);
  T.sum(T.mul(y, T.sin(T.arange(y.size).reshape(y.shape)))).backward();
  return [y, ...inputs.map(({ grad }) => grad as Tensor)];
}

const windows: readonly Case[] = [
  ["conv2d", () => withGradients((x, w, b) => T.conv2d(x, w, { bias: b }), [2, 3, 7, 6], [4, 3, 3, 2], [4])],
  ["conv2d with stride, padding and dilation", () =>
    withGradients((x, w) => T.conv2d(x, w, { stride: [2, 3], padding: [2, 1], dilation: [1, 2] }), [2, 2, 9, 11], [3, 2, 3, 3])],
  ["conv2d in groups, with an activation", () => withGradients((x, w) => T.relu(T.conv2d(x, w, { groups: 2, padding: 1 })), [1, 4, 5, 5], [6, 2, 3, 3])],
  ["conv1d", () => withGradients((x, w) => T.conv1d(x, w, { stride: 2, padding: 3 }), [3, 2, 20], [4, 2, 5])],
  ["transposed convolution", () => withGradients((x, w) => T.convTranspose2d(x, w, { stride: 2 }), [1, 3, 4, 4], [3, 2, 3, 3])],
  ["max pooling", () => withGradients((x) => T.maxPool2d(x, 3, { stride: 2, padding: 1 }), [2, 3, 8, 7])],
  ["max pooling of NaN", () => T.maxPool1dWithIndices(T.tensor([[[1, NaN, 3, NaN, 0, 2]]]), 2, { stride: 1 }).indices],
  ["average pooling", () => withGradients((x) => T.avgPool2d(x, 2, { stride: 1, padding: 1 }), [2, 2, 5, 4])],
  ["average pooling that leaves padding out", () => withGradients((x) => T.avgPool2d(x, 3, { padding: 1, countIncludePad: false }), [1, 2, 7, 8])],
]; // prettier-ignore

describe.each([
  ["products", products],
  ["indexing", indexing],
  ["windows", windows],
])("%s on WebGPU give what the reference gives", (_, cases) => {
  it.each(cases)("%s", (_name, build) => expectAsReference(backend, build, tolerance));
});
