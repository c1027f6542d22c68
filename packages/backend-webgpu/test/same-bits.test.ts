import * as T from "@minima/tensor";
import { type Tensor, type TypedArray, setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { profile } from "../src/index.ts";
import { openBackend, sharedBackend } from "./device.ts";
import { floats, integers } from "./values.ts";

const backend = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });

/** Sums that come out differently if terms are added in another order. */
const cases: readonly (readonly [name: string, build: () => Tensor])[] = [
  ["scatterAdd into few lines that workgroups share", () => {
    return T.scatterAdd(T.zeros([2, 23]), 1, integers([2, 3000], 0, 23), floats([2, 3000], 1, (u) => u * Math.exp(9 * u)));
  }],
  ["scatterAdd of rows, as the gradient of an embedding", () => {
    return T.scatterAdd(T.zeros([11, 8]), 0, T.broadcastTo(integers([700, 1], 0, 11), [700, 8]), floats([700, 8], 2, (u) => u * Math.exp(9 * u)));
  }],
  ["scatterAdd into lines of an invocation each", () => T.scatterAdd(T.zeros([300, 3]), 1, integers([300, 60], 0, 3), floats([300, 60]))],
  ["sums of rows that lanes share", () => T.sum(floats([5, 3000], 1, (u) => u * Math.exp(9 * u)), { axis: 1 })],
  ["a sum in parts", () => T.sum(floats([90_000], 1, (u) => u * Math.exp(9 * u)))],
  ["a product with split sums", () => T.matmul(floats([20, 1500]), floats([1500, 9], 2))],
]; // prettier-ignore

describe.each([
  { processor: "gpu", shared: backend },
  { processor: "cpu", shared: onCpu },
] as const)(
  "repeated, and on another device, the bits are the same, of kernels for a $processor",
  ({ processor, shared }) => {
    it.each(cases)("%s", async (_name, build) => {
      setBackend(shared());
      const first = await build().data();
      expect(first.some((value) => value !== 0)).toBe(true);
      const others: Promise<TypedArray>[] = [];
      for (let i = 0; i < 10; i++) others.push(build().data()); // several programs at a time
      for (const other of await Promise.all(others)) expect(other).toEqual(first);
      const { backend: next } = await openBackend({ processor });
      setBackend(next);
      expect(await build().data()).toEqual(first);
      await next.idle();
      next.dispose();
    });
  },
);

describe("reductions are split where they would leave a GPU idle", () => {
  it.each([
    { shape: [90_000], axis: 0, parts: 21 },
    { shape: [400_000], axis: 0, parts: 97 },
    { shape: [3, 65_536], axis: 1, parts: 16 },
    { shape: [31, 20_000], axis: 1, parts: 4 },
    { shape: [32, 20_000], axis: 1, parts: 1 }, // enough rows to keep it busy
    { shape: [3, 8192], axis: 1, parts: 1 }, // too short to be worth a second kernel
  ])("[$shape] over axis $axis in $parts", async ({ shape, axis, parts }) => {
    setBackend(backend());
    const x = floats(shape);
    await x.data();
    const { submits, dispatches, kernels } = await profile(() => T.sum(x, { axis }).data());
    expect({ submits, dispatches }).toEqual({ submits: 1, dispatches: parts === 1 ? 1 : 2 });
    const labels = kernels.map(({ label }) => label).join("\n");
    const [, found = "1"] = /in (\d+) parts/.exec(labels) ?? [];
    expect(Number(found)).toBe(parts);
  });
});
