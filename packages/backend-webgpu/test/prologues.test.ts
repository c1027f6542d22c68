import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { expectAsReference } from "./compare.ts";
import { sharedBackend, testBackend } from "./device.ts";
import { floats } from "./values.ts";

const onGpu = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });
const tolerance = { absolute: 3e-5, relative: 1e-5 };

const bytes = (...shape: number[]): Tensor =>
  T.tensor(
    Uint8Array.from({ length: T.sizeOf(shape) }, (_, i) => (i * 37) % 256),
    { shape },
  );
/** Pixels as networks get them. */
const scaled = (...shape: number[]): Tensor => T.div(T.cast(bytes(...shape), "float32"), 255);
const channels = (): Tensor => floats([3, 1, 1], 7);

/** What is computed, and the dispatches that it takes with the kernels for GPUs and for CPUs. */
const cases: readonly (readonly [name: string, gpu: number, cpu: number, build: () => Tensor | Tensor[]])[] = [
  ["left of a product", 1, 2, () => T.matmul(scaled(30, 44), floats([44, 36], 2))],
  ["right of a product, transposed", 1, 2, () => T.matmul(floats([30, 44]), T.transpose(scaled(36, 44)))],
  ["in both products of a layer", 2, 3, () => {
    const x = scaled(30, 44);
    return [T.matmul(x, floats([44, 36], 2)), T.matmul(T.transpose(x), floats([30, 28], 3))];
  }],
  ["on both sides, the same", 1, 2, () => {
    const x = scaled(20, 20);
    return T.matmul(x, x);
  }],
  ["beside the buffer it reads", 1, 2, () => {
    const x = floats([36, 36]);
    return T.matmul(T.mul(x, 2), x);
  }],
  ["with a row of its own", 1, 2, () => T.matmul(T.add(floats([30, 64]), floats([64], 2)), floats([64, 9], 3))],
  ["on both sides, of the same buffer in two ways", 1, 2, () => {
    const x = floats([36, 36]);
    return T.matmul(T.mul(x, 2), T.add(x, floats([36], 2)));
  }],
  ["on both sides, scaled by one vector along rows and columns", 1, 2, () => {
    const c = floats([1, 40], 3);
    return T.matmul(T.mul(floats([40, 40], 5), c), T.add(floats([40, 40]), T.transpose(c)));
  }],
  ["on both sides, of parts of one buffer", 1, 2, () => {
    const r = floats([65], 8);
    return T.matmul(T.mul(floats([64, 64]), T.slice(r, [[0, 64]])), T.mul(floats([64, 64], 3), T.slice(r, [[1, 65]])));
  }],
  ["of nothing, to a result that is something", 1, 1, () => T.matmul(T.neg(floats([5, 0])), floats([0, 7], 2))],
  ["of nothing that is added", 2, 2, () => {
    return T.scatterAdd(T.zeros([9, 20]), 0, T.cast(bytes(0, 20), "int32"), T.neg(floats([0, 20])));
  }],
  ["beside the buffer it reads, which is fetched along columns", 1, 2, () => {
    const x = floats([36, 36]);
    return T.matmul(T.mul(x, 2), T.transpose(x));
  }],
  ["of batches", 1, 3, () => T.matmul(T.neg(floats([3, 20, 5])), T.neg(floats([3, 5, 18], 2)))],
  ["of long sums, which are split", 2, 3, () => T.matmul(scaled(20, 1500), floats([1500, 9], 2))],
  ["of a vector", 1, 2, () => T.matmul(scaled(1, 52), floats([52, 36], 2))],
  ["of a matrix beside a vector", 1, 2, () => T.matmul(floats([2, 52]), T.mul(floats([52, 36], 2), 0.5))],
  ["with an epilogue that reads the same", 1, 2, () => {
    const x = floats([24, 24]);
    return T.relu(T.add(T.matmul(T.mul(x, 0.5), floats([24, 24], 2)), x));
  }],
  ["padded on the way", 1, 2, () => T.matmul(T.pad(floats([30, 44]), [1, 3]), floats([48, 36], 2))],
  ["of a convolution", 1, 3, () => T.conv2d(scaled(2, 3, 9, 8), floats([5, 3, 3, 3], 2), { padding: 1 })],
  ["of a convolution's channels", 1, 3, () => {
    const x = T.mul(T.cast(bytes(2, 3, 9, 8), "float32"), channels());
    return T.conv2d(x, floats([8, 3, 3, 3], 2), { stride: 2, padding: 1 });
  }],
  ["of filters", 1, 2, () => T.conv2d(floats([2, 4, 9, 8]), T.mul(floats([8, 4, 3, 3], 2), 0.5))],
  ["of a depthwise convolution", 1, 2, () => T.conv2d(scaled(2, 3, 9, 8), floats([3, 1, 3, 3], 2), { groups: 3 })],
  ["of max pooling", 1, 1, () => T.maxPool2d(T.mul(T.cast(bytes(2, 3, 9, 8), "float32"), channels()), 2)],
  ["of max pooling and its indices", 2, 2, () => {
    const { values, indices } = T.maxPool2dWithIndices(T.neg(floats([2, 3, 9, 8])), 3, { stride: 2 });
    return [values, indices];
  }],
  ["of average pooling", 1, 1, () => T.avgPool2d(scaled(2, 3, 9, 8), 2)],
  ["of the place of a maximum", 1, 1, () => [T.argmax(T.add(floats([30, 44]), floats([44], 2)), { axis: 1 })]],
  ["of the place of a maximum of many", 1, 1, () => [T.argmax(T.neg(floats([3, 4400])), { axis: 1 })]],
  ["of running sums", 1, 1, () => T.cumsum(T.sub(floats([6, 40]), 0.5), 1)],
  ["of long running sums", 1, 1, () => T.cumsum(T.mul(floats([2, 3000]), 0.5), 1)],
  ["of running sums of many blocks", 3, 3, () => T.cumsum(T.add(T.cast(bytes(1, 90_000), "int32"), 1), 1)],
  ["of what is picked", 1, 1, () => T.gather(T.mul(floats([9, 20]), 3), 0, T.cast(T.less(bytes(4, 20), 100), "int32"))],
  ["of what is added, and of where to", 2, 2, () => {
    const places = T.cast(T.less(bytes(7, 20), 100), "int32");
    return T.scatterAdd(floats([9, 20]).mul(0), 0, places, T.mul(floats([7, 20], 2), 3));
  }],
]; // prettier-ignore

describe.each([["a GPU", onGpu, 0], ["a CPU", onCpu, 1]] as const)("prologues, with kernels for %s", (_, device, column) => {
  it.each(cases)("%s", async (_name, gpu, cpu, build) => {
    const before = device().stats().dispatches;
    await expectAsReference(device(), build, tolerance);
    expect(device().stats().dispatches - before).toBe([gpu, cpu][column]);
  });
}); // prettier-ignore

/** Rows with three more beside each: four buffers. */
const rows = (n: number, k: number, seed: number): Tensor =>
  [1, 2, 3].reduce((sum, i) => T.add(sum, floats([k], seed + i)), floats([n, k], seed));

it.each([
  ["a prologue", 5, 2, () => T.matmul(T.add(floats([30, 64]), floats([64], 2)), floats([64, 9], 3))],
  ["the second of two prologues", 8, 2, () => T.matmul(rows(40, 64, 1), rows(64, 48, 5))],
] as const)("%s is a kernel of its own where the device binds %i buffers", async (_, buffers, dispatches, build) => {
  const small = await testBackend({ limits: { maxStorageBuffersPerShaderStage: buffers } });
  const before = small.stats().dispatches;
  await expectAsReference(small, build, tolerance);
  expect(small.stats().dispatches - before).toBe(dispatches);
  await small.idle();
  small.dispose();
});
