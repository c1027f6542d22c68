import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { type Case, expectAsReference } from "./compare.ts";
import { sharedBackend, testBackend } from "./device.ts";
import { floats } from "./values.ts";

const backend = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });
const tolerance = { absolute: 2e-5, relative: 1e-5 };

/** m, k, n of products: below, at and beyond the tiles. */
const sizes = [[1, 1, 1], [1, 70, 1], [3, 5, 7], [16, 16, 16], [17, 33, 15], [64, 9, 65], [130, 20, 40], [2, 300, 70]] as const; // prettier-ignore

const products: readonly Case[] = [
  ...sizes.map(([m, k, n]): Case => [`${m}x${k} by ${k}x${n}`, () => T.matmul(floats([m, k]), floats([k, n], 2))]),
  ["empty factors", () => [
    T.matmul(floats([0, 6, 5]), floats([5, 7], 2)), T.matmul(floats([3, 0, 4]), floats([4], 2)),
    T.matmul(floats([3, 8, 0]), floats([3, 0, 9], 2)), T.add(T.matmul(floats([12, 0]), floats([0, 9], 2)), floats([9], 3)),
  ]],
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
  ["factors that are fetched in vec4s, in all directions", () => {
    const [a, b, c] = [floats([36, 20]), floats([36, 24], 2), floats([20, 24], 3)];
    return [
      T.matmul(T.transpose(a), b), T.matmul(a, c), T.matmul(c, T.transpose(b)), T.matmul(T.transpose(c), T.transpose(a)),
      T.matmul(floats([3, 8, 12]), floats([3, 12, 16], 2)), T.matmul(T.slice(floats([12, 20], 5), [[0, 12], [4, 20]]), floats([16, 8])),
    ];
  }],
  ["wide tiles", () => T.matmul(floats([1024, 12]), floats([12, 1030], 2))],
  ["wide tiles in vec4s, stored so", () => T.matmul(T.transpose(floats([8, 1024])), floats([8, 1024], 2))],
  ["long sums, which are split", () => [
    T.matmul(floats([20, 1500]), floats([1500, 9], 2)), T.matmul(T.transpose(floats([2048, 12])), floats([2048, 16], 2)),
    T.relu(T.add(T.matmul(floats([2, 7, 1111]), floats([2, 1111, 8], 2)), floats([8], 3))),
  ]],
  ["matrices and vectors", () => {
    const [x, a, wide] = [floats([1, 52]), floats([52, 36], 2), floats([100, 52], 3)];
    return [
      T.matmul(x, a), T.matmul(x, T.transpose(wide)), T.matmul(wide, T.transpose(x)), T.matmul(T.transpose(a), T.transpose(x)),
      T.matmul(floats([3, 51]), floats([51, 37])), T.matmul(floats([70, 51]), floats([51, 2])), T.matmul(floats([2, 70]), floats([70, 3])),
      T.tanh(T.add(T.matmul(floats([2, 4, 9]), floats([2, 9, 40])), floats([40]))), T.matmul(floats([5, 2, 64]), floats([64, 128])),
    ];
  }],
  ["matrices and vectors with long sums", () => [
    T.matmul(floats([1, 3000]), floats([3000, 20], 2)), T.matmul(floats([40, 2000]), floats([2000, 2], 2)),
    T.matmul(floats([5000]), floats([5000], 2)), T.mul(T.matmul(floats([2, 1028]), T.transpose(floats([12, 1028], 2))), 2),
  ]],
  ["a product with no terms", () => T.add(T.matmul(floats([3, 0]), floats([0, 4])), 1)],
]; // prettier-ignore

describe("products on WebGPU give what the reference gives", () => {
  it.each(products)("%s", (_name, build) => expectAsReference(backend(), build, tolerance));
  it.each(products)("%s, with kernels for a CPU", (_name, build) => expectAsReference(onCpu(), build, tolerance));
});

/** What Adam makes of a weight whose gradient is a product. */
function adam(gradient: Tensor): Tensor[] {
  const [m, v, w] = [3, 4, 5].map((seed) => floats(gradient.shape, seed, Math.abs));
  const mean = T.add(T.mul(m, 0.9), T.mul(gradient, 0.1));
  const square = T.add(T.mul(v, 0.99), T.mul(T.mul(gradient, gradient), 0.01));
  return [mean, square, T.sub(w, T.div(T.mul(mean, 0.01), T.add(T.sqrt(square), 1e-3)))];
}

describe("an update of several tensors behind a product", () => {
  const cases: readonly (readonly [name: string, dispatches: number, gradient: () => Tensor])[] = [
    ["is part of its kernel", 1, () => T.matmul(T.transpose(floats([30, 21])), floats([30, 18], 2))],
    ["is part of the kernel of a thin product", 1, () => T.matmul(T.transpose(floats([30, 2])), floats([30, 18], 2))],
    [
      "is part of the second pass of a split product",
      2,
      () => T.matmul(T.transpose(floats([1300, 21])), floats([1300, 18], 2)),
    ],
  ];
  it.each(cases)("%s", async (_name, dispatches, gradient) => {
    const before = backend().stats().dispatches;
    await expectAsReference(backend(), () => adam(gradient()), tolerance);
    expect(backend().stats().dispatches - before).toBe(dispatches);
  });

  it("is a kernel of its own where the device does not bind so many buffers", async () => {
    const small = await testBackend({ limits: { maxStorageBuffersPerShaderStage: 8 } });
    const scaled = (): Tensor[] => adam(T.matmul(T.transpose(floats([30, 21])), floats([30, 18], 2))).map((t) => t);
    const before = small.stats().dispatches;
    await expectAsReference(small, scaled, tolerance);
    expect(small.stats().dispatches - before).toBe(1);
    await small.idle();
    small.dispose();
  });
});
