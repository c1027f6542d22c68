import "@minima/autograd";
import * as T from "@minima/tensor";
import { debug, setBackend } from "@minima/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedBackend } from "./device.ts";

const backend = sharedBackend();
beforeAll(() => {
  setBackend(backend());
  debug.sites(true);
});
afterAll(() => debug.sites(false));

describe("debug.checkFinite on WebGPU", () => {
  it.each<[name: string, build: () => T.Tensor, message: RegExp]>([
    [
      "a NaN in the middle of a fused kernel",
      () => T.sum(T.exp(T.mul(T.log(T.tensor([1, -1, 2], { requiresGrad: true })), 2))),
      /result of log of shape \[3\] holds NaN at element 1, .*debug\.test\.ts/,
    ],
    [
      "an infinity in the middle of a fused kernel",
      () => T.mean(T.div(1, T.tanh(T.tensor([3, 2, 0, 1], { requiresGrad: true })))),
      /result of div of shape \[4\] holds Infinity at element 2, .*debug\.test\.ts/,
    ],
    [
      "an overflow in a matrix product",
      () =>
        T.sum(
          T.matmul(
            T.full([2, 2], 1e30),
            T.tensor(
              [
                [1e30, 1],
                [1, 1],
              ],
              { requiresGrad: true },
            ),
          ),
        ),
      /result of matmul of shape \[2, ?2\] holds Infinity at element 0, .*debug\.test\.ts/,
    ],
    [
      "an input",
      () => T.sum(T.mul(T.tensor([1, NaN], { requiresGrad: true }), 2)),
      /an input of shape \[2\] holds NaN at element 1/,
    ],
  ])("names %s, and its line", async (_, build, message) => {
    const tensor = build();
    await tensor.data();
    await expect(debug.checkFinite(tensor)).rejects.toThrow(debug.NotFiniteError);
    await expect(debug.checkFinite(tensor)).rejects.toThrow(message);
  });

  it("follows a gradient to where it became infinite", async () => {
    const x = T.tensor([4, 0, 1], { requiresGrad: true });
    const loss = T.sum(T.sqrt(x));
    loss.backward();
    const gradient = x.grad ?? expect.fail("no gradient");
    await gradient.data();
    await expect(debug.checkFinite(gradient)).rejects.toThrow(
      /result of \w+ of shape \[3\] holds Infinity at element 1/,
    );
  });

  it("passes what is finite", async () => {
    await debug.checkFinite(T.sum(T.exp(T.matmul(T.ones([3, 4]), T.ones([4, 2])))));
  });
});
