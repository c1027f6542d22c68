import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { type Case, expectAsReference } from "./compare.ts";
import { sharedBackend, testBackend } from "./device.ts";
import { withGradients } from "./gradients.ts";
import { floats } from "./values.ts";

const backend = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });
const tolerance = { absolute: 4e-5, relative: 1e-5 };

const cases: readonly Case[] = [
  ["conv2d", () => withGradients((x, w, b) => T.conv2d(x, w, { bias: b }), [2, 3, 7, 6], [4, 3, 3, 2], [4])],
  ["conv2d with stride, padding and dilation", () =>
    withGradients((x, w) => T.conv2d(x, w, { stride: [2, 3], padding: [2, 1], dilation: [1, 2] }), [2, 2, 9, 11], [3, 2, 3, 3])],
  ["conv2d in groups, with an activation", () => withGradients((x, w) => T.relu(T.conv2d(x, w, { groups: 2, padding: 1 })), [1, 4, 5, 5], [6, 2, 3, 3])],
  ["conv2d of no images", () => withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [0, 4, 6, 6], [5, 4, 3, 3])],
  ["conv1d", () => withGradients((x, w) => T.conv1d(x, w, { stride: 2, padding: 3 }), [3, 2, 20], [4, 2, 5])],
  ["transposed convolution", () => withGradients((x, w) => T.convTranspose2d(x, w, { stride: 2 }), [1, 3, 4, 4], [3, 2, 3, 3])],
  ["conv2d in several tiles", () => withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [3, 9, 11, 10], [35, 9, 3, 3])],
  ["conv2d whose tensors are fetched in vec4s", () => withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [2, 4, 8, 8], [8, 4, 3, 3])],
  ["conv2d with a window of one", () => withGradients((x, w) => T.conv2d(x, w), [2, 8, 5, 6], [12, 8, 1, 1])],
  ["conv2d of one channel, and to one", () => [
    ...withGradients((x, w) => T.conv2d(x, w, { padding: 2 }), [2, 1, 12, 12], [16, 1, 5, 5]),
    ...withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [2, 6, 6, 7], [1, 6, 3, 3]),
  ]],
  ["conv2d with stride and dilation that share a divisor", () =>
    withGradients((x, w) => T.conv2d(x, w, { stride: 2, padding: 2, dilation: 2 }), [2, 5, 9, 10], [8, 5, 3, 3])],
  ["conv2d with a stride beyond the window", () => withGradients((x, w) => T.conv2d(x, w, { stride: 3 }), [2, 4, 11, 10], [5, 4, 2, 2])],
  ["conv2d with uneven padding", () =>
    withGradients((x, w) => T.conv2d(T.pad(x, [0, 1, 2, 0]), w, { padding: [0, 1] }), [2, 4, 6, 6], [6, 4, 3, 2])],
  ["conv2d in groups of many", () =>
    withGradients((x, w) => T.conv2d(x, w, { groups: 3, padding: 1, stride: [2, 1] }), [2, 12, 7, 6], [15, 4, 3, 3])],
  ["depthwise convolution, and of two filters a channel", () => [
    ...withGradients((x, w) => T.conv2d(x, w, { groups: 6, padding: 1 }), [2, 6, 7, 7], [6, 1, 3, 3]),
    ...withGradients((x, w) => T.conv2d(x, w, { groups: 5, stride: 2 }), [2, 5, 8, 8], [10, 1, 3, 3]),
  ]],
  ["conv1d with dilation in groups", () => withGradients((x, w) => T.conv1d(x, w, { groups: 2, dilation: 3, padding: 4 }), [4, 8, 40], [12, 4, 3])],
  ["transposed convolution of many channels", () =>
    withGradients((x, w, b) => T.convTranspose2d(x, w, { stride: [2, 1], padding: 1, bias: b }), [2, 6, 5, 6], [6, 8, 3, 4], [8])],
  ["filter gradients that are long sums", () => withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [4, 4, 24, 24], [6, 4, 3, 3]).slice(2)],
]; // prettier-ignore

describe("convolutions on WebGPU give what the reference gives", () => {
  it.each(cases)("%s", (_name, build) => expectAsReference(backend(), build, tolerance));
  it.each(cases)("%s, with kernels for a CPU", (_name, build) => expectAsReference(onCpu(), build, tolerance));

  it("with bias and activation in one kernel", async () => {
    const build = (): Tensor =>
      T.relu(T.conv2d(floats([2, 3, 9, 9]), floats([8, 3, 3, 3], 2), { bias: floats([8], 3), padding: 1 }));
    const before = backend().stats().dispatches;
    await expectAsReference(backend(), build, tolerance);
    expect(backend().stats().dispatches - before).toBe(1);
  });

  it("without a copy of the image where the device does not bind so large a one", async () => {
    // 8 KiB: more than the image has, and less than the gradient of the output with zeros between its elements.
    const small = await testBackend({ processor: "cpu", limits: { maxStorageBufferBindingSize: 8192 } });
    const build = (): Tensor[] =>
      withGradients((x, w) => T.conv2d(x, w, { stride: 4, padding: 3 }), [1, 6, 16, 16], [8, 6, 4, 4]);
    await expectAsReference(small, build, tolerance);
    await small.idle();
    small.dispose();
  });
});
