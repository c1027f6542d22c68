import * as T from "@minima/tensor";
import { describe, expect, it, vi } from "vitest";
import { type Case, expectAsReference } from "./compare.ts";
import { sharedBackend } from "./device.ts";
import { withGradients } from "./gradients.ts";
import { booleans, floats } from "./values.ts";

const backend = sharedBackend();
const onCpu = sharedBackend({ processor: "cpu" });
const tolerance = { absolute: 3e-5, relative: 2e-5 };

type Shape = readonly number[];

/** Attention and its gradients. */
function attention(q: Shape, k: Shape, v: Shape, options: () => T.AttentionOptions = () => ({})) {
  return () => withGradients((a, b, c) => T.scaledDotProductAttention(a, b, c, options()), q, k, v);
}

const cases: readonly Case[] = [
  ["one query, one key", attention([1, 1], [1, 1], [1, 1])],
  ["several tiles of both sides", attention([2, 3, 130, 8], [2, 3, 75, 8], [2, 3, 75, 12])],
  ["features that are no quads", attention([3, 20, 5], [3, 33, 5], [3, 33, 7])],
  ["the most features", attention([1, 9, 128], [1, 70, 128], [1, 70, 128])],
  ["causal", attention([2, 90, 4], [2, 90, 4], [2, 90, 4], () => ({ isCausal: true, scale: 1.5 }))],
  ["causal, more queries than keys", attention([90, 4], [20, 4], [20, 4], () => ({ isCausal: true }))],
  ["causal, more keys than queries", attention([20, 4], [90, 4], [90, 4], () => ({ isCausal: true }))],
  ["a bool mask", attention([2, 2, 20, 8], [2, 2, 30, 8], [2, 2, 30, 8], () => ({ mask: booleans([2, 1, 20, 30]) }))],
  ["a mask of keys", attention([2, 20, 8], [2, 70, 8], [2, 70, 8], () => ({ mask: booleans([2, 1, 70]) }))],
  ["queries that may see nothing", attention([3, 4], [5, 4], [5, 2], () => {
    return { mask: T.tensor([true, false, false, true, true, false, false, false, false, false, true, true, true, true, true], { shape: [3, 5] }) };
  })],
  ["an added mask, with infinities, and causal", attention([2, 6, 4], [2, 6, 4], [2, 6, 4], () => {
    return { isCausal: true, mask: T.where(T.less(floats([6, 6], 9), -0.5), -Infinity, floats([6, 6], 8)) };
  })],
  ["heads cut out of one tensor", () => withGradients((x) => {
    const [q, k, v] = T.chunk(x, 3, 1).map((part) => T.permute(T.reshape(part, [2, 24, 4, 8]), [0, 2, 1, 3]));
    return T.reshape(T.permute(T.scaledDotProductAttention(q, k, v), [0, 2, 1, 3]), [48, 32]);
  }, [48, 96])],
  ["scores far apart", attention([2, 70, 4], [2, 70, 4], [2, 70, 4], () => ({ scale: 60 }))],
]; // prettier-ignore

describe("attention on WebGPU gives what the reference gives", () => {
  it.each(cases)("%s", (_name, build) => expectAsReference(backend(), build, tolerance));
  // The kernels for many features, which the software driver compiles for seconds, are no different.
  it.each(cases.filter(([name]) => name !== "the most features"))("%s, with kernels for a CPU", (_name, build) =>
    expectAsReference(onCpu(), build, tolerance),
  );

  it("never holds all scores", async () => {
    T.setBackend(backend());
    const [batch, length, width] = [2, 1024, 16];
    const leaf = (seed: number) => new T.Variable(floats([batch, length, width], seed), { requiresGrad: true });
    const [q, k, v] = [leaf(1), leaf(2), leaf(3)];
    const allocate = vi.spyOn(backend(), "allocate");
    T.sum(T.scaledDotProductAttention(q, k, v)).backward();
    await Promise.all([q, k, v].map(({ grad }) => (grad as T.Tensor).data()));
    const largest = Math.max(...allocate.mock.calls.map(([bytes]) => bytes));
    allocate.mockRestore();
    expect(largest).toBeLessThanOrEqual(4 * batch * length * width);
  });
});
