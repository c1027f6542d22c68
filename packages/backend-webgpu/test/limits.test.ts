import * as T from "@minima/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebGpuBackend } from "../src/index.ts";
import { type Case, expectAsReference } from "./compare.ts";
import { openBackend } from "./device.ts";
import { withGradients } from "./gradients.ts";
import { booleans, floats, integers } from "./values.ts";

const tolerance = { absolute: 4e-5, relative: 1e-5 };
/** What every device has, by the standard. */
const sharedBytes = 16_384;

/** Work for each family of kernels, of the size at which its workgroups are the largest. */
const cases: readonly Case[] = [
  ["reductions of rows and columns", () => [
    T.sum(floats([3, 5000]), { axis: 1 }), T.softmax(floats([4, 3000]), 1), T.sum(floats([300, 96]), { axis: 0 }), T.any(booleans([2, 4001]), { axis: 1 }),
  ]],
  ["long reductions in parts", () => [T.sum(floats([70_001])), T.amax(floats([2, 40_000]), { axis: 1 }), T.sum(floats([6000, 8]), { axis: 0 })]],
  ["products in tiles of all kinds", () => [
    T.matmul(floats([1024, 12]), floats([12, 1030], 2)), T.matmul(T.transpose(floats([8, 1024])), floats([8, 1024], 2)),
    T.matmul(floats([130, 20]), floats([20, 40], 2)), T.matmul(floats([20, 1500]), floats([1500, 9], 2)),
  ]],
  ["thin products", () => [
    T.matmul(floats([1, 3000]), floats([3000, 20], 2)), T.matmul(floats([100, 52]), floats([52, 1], 2)), T.matmul(floats([2, 64]), floats([64, 128])),
  ]],
  ["convolutions", () => withGradients((x, w) => T.conv2d(x, w, { padding: 1 }), [3, 9, 11, 10], [35, 9, 3, 3])],
  ["convolutions in groups", () => withGradients((x, w) => T.conv2d(x, w, { groups: 2, padding: 1 }), [1, 4, 9, 9], [6, 2, 3, 3])],
  ["attention", () => withGradients((q, k, v) => T.scaledDotProductAttention(q, k, v), [2, 70, 128], [2, 40, 128], [2, 40, 128])],
  ["scans", () => [T.cumsum(floats([2, 9000]), 1), T.cummax(floats([700, 3]), 0).values]],
  ["positions of extremes, sorting", () => [T.argmax(floats([3, 5000]), { axis: 1 }), T.argsort(floats([2, 600]), { axis: 1 })]],
  ["sums at positions", () => T.scatterAdd(T.zeros([4, 30]), 1, integers([4, 3000], 0, 30), floats([4, 3000]))],
  ["pooling", () => withGradients((x) => T.maxPool2d(x, 2), [2, 3, 8, 8])],
]; // prettier-ignore

/** The invocations of a workgroup, and the bytes that they share, by the source of a kernel. */
function demandOf(source: string): { invocations: number; bytes: number } {
  const [, invocations] = /@workgroup_size\((\d+)\)/.exec(source) ?? expect.fail(`no size of workgroups:\n${source}`);
  let bytes = 0;
  for (const [line, type, count] of source.matchAll(/^var<workgroup>.*: array<(\w+), (\d+)>;$/gm)) {
    const size = { f32: 4, i32: 4, u32: 4, bool: 4, vec4f: 16 }[type] ?? expect.fail(line);
    bytes += size * Number(count);
  }
  expect(source.match(/^var<workgroup>/gm) ?? []).toHaveLength(
    source.match(/^var<workgroup>.*: array</gm)?.length ?? 0,
  );
  return { invocations: Number(invocations), bytes };
}

const devices = [
  { name: "64 invocations a workgroup", limits: { maxComputeInvocationsPerWorkgroup: 64 }, most: 64 },
  { name: "128", limits: { maxComputeInvocationsPerWorkgroup: 128 }, most: 128 },
  { name: "200, which is no power of two", limits: { maxComputeInvocationsPerWorkgroup: 200 }, most: 200 },
  { name: "100 along the first dimension", limits: { maxComputeWorkgroupSizeX: 100 }, most: 100 },
];

describe.each(devices)("a device that runs $name", ({ limits, most }) => {
  let backend: WebGpuBackend;
  const sources: string[] = [];
  beforeAll(async () => {
    const opened = await openBackend({ limits: { ...limits, maxComputeWorkgroupStorageSize: sharedBytes } });
    ({ backend } = opened);
    // The standard lets a device allow more than it was asked for, and this one does: what kernels demand has to be read.
    const create = opened.device.createShaderModule.bind(opened.device);
    opened.device.createShaderModule = (descriptor) => {
      sources.push(descriptor.code);
      return create(descriptor);
    };
  });
  afterAll(async () => {
    await backend.idle();
    backend.dispose();
  });

  it.each(cases)("gives what the reference gives: %s", async (_name, build) => {
    sources.length = 0;
    await expectAsReference(backend, build, tolerance);
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      const { invocations, bytes } = demandOf(source);
      expect(invocations, source).toBeLessThanOrEqual(most);
      expect(bytes, source).toBeLessThanOrEqual(sharedBytes);
    }
  });
});
