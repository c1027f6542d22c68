import "@minima/autograd";
import * as T from "@minima/tensor";
import { type Tensor, reference, setBackend, tensor } from "@minima/tensor";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => setBackend(reference()));

/** The gradient of Σ f(x)·w, computed from x of float16 or of the same values in float32. */
async function gradientOf(f: (x: Tensor) => Tensor, dtype: T.DType): Promise<{ dtype: T.DType; data: T.TypedArray }> {
  const values = [0.3, -1.2, 2.5, 0.7, 1.1, -0.4].map((value) => tensor([value], { dtype: "float16" }).dataSync()[0]);
  const x = tensor(values, { dtype, shape: [2, 3], requiresGrad: true });
  const y = f(x);
  T.sum(T.mul(T.cast(y, "float32"), T.cast(T.add(T.arange(y.size), 1).reshape(y.shape), "float32"))).backward();
  const gradient = x.grad as Tensor;
  return { dtype: gradient.dtype, data: await gradient.data() };
}

const functions: [string, (x: Tensor) => Tensor][] = [
  ["square", (x) => T.mul(x, x)], ["exp", (x) => T.exp(x)], ["tanh", (x) => T.tanh(x)], ["softmax", (x) => T.softmax(x, 1)], ["sum", (x) => T.sum(x, { axis: 0 })],
  ["mean", (x) => T.mean(x, { axis: 1 })], ["prod", (x) => T.prod(x, { axis: 1 })], ["amax", (x) => T.amax(x, { axis: 1 })], ["cumsum", (x) => T.cumsum(x, 1)],
  ["matmul", (x) => T.matmul(x, T.transpose(x))], ["conv1d", (x) => T.conv1d(T.unsqueeze(x, 0), T.ones([2, 2, 2], { dtype: x.dtype }))],
  ["maxPool1d", (x) => T.maxPool1d(x, 2)], ["avgPool1d", (x) => T.avgPool1d(x, 2)], ["gather", (x) => T.indexSelect(x, 1, tensor([0, 0, 2], { dtype: "int32" }))],
  ["broadcast", (x) => T.add(x, T.slice(x, [[0, 1]]))], ["slices", (x) => T.concat([T.flip(x, 1), T.slice(x, [null, [0, 2]])], 1)], ["where", (x) => T.where(T.less(x, 0.5), x, T.mul(x, 2))],
  ["cast", (x) => T.cast(T.sin(T.cast(x, "float32")), x.dtype)], ["sort", (x) => T.sort(x, { axis: 1 }).values], ["attention", (x) => T.scaledDotProductAttention(x, x, x)],
]; // prettier-ignore

describe("gradients of float16", () => {
  it.each(functions)("of %s are float16, and those of float32 but for rounding", async (_, f) => {
    const [got, wanted] = [await gradientOf(f, "float16"), await gradientOf(f, "float32")];
    expect(got.dtype).toBe("float16");
    got.data.forEach((value, i) => {
      expect(Math.abs(value - wanted.data[i])).toBeLessThanOrEqual(2 ** -8 * Math.max(1, Math.abs(wanted.data[i])));
    });
  });

  it("flow through a cast to parameters of float32", async () => {
    const w = tensor([0.5, 2], { requiresGrad: true });
    T.sum(T.square(w.cast("float16"))).backward();
    expect(w.grad?.dtype).toBe("float32");
    expect(await w.grad?.toArray()).toEqual([1, 4]);
  });
});
