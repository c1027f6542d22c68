import { beforeEach, describe, expect, it } from "vitest";
import {
  type Tensor, Variable, add, debug, exp, log, manualSeed, matmul, mul, noGrad, random, reference, setBackend, sin, sum,
  tensor, where,
} from "@minima/tensor"; // prettier-ignore
import { backward, checkpoint, customGradient, grad, jvp, stopGradient, valueAndGrad, vjp } from "../src/index.ts";

beforeEach(() => setBackend(reference()));

const values = async (t: Tensor): Promise<number[]> => [...(await t.data())];

describe("functional gradients", () => {
  it("grad of grad of grad", async () => {
    const f = (x: Tensor): Tensor => mul(mul(x, x), mul(x, x));
    const x = tensor(3);
    expect(await grad(f)(x).item()).toBe(4 * 27);
    expect(await grad(grad(f))(x).item()).toBe(12 * 9);
    expect(await grad(grad(grad(f)))(x).item()).toBe(24 * 3);
  });

  it("differentiates by nested objects, and by several arguments", async () => {
    const loss = (p: { w: Tensor; b: readonly Tensor[] }, x: Tensor): Tensor => sum(mul(add(mul(p.w, x), p.b[0]), p.w));
    const params = { w: tensor([2, 3]), b: [tensor([1, 1])] };
    const x = tensor([5, 7]);
    const [value, gradient] = valueAndGrad(loss)(params, x);
    expect(await value.item()).toBe((2 * 5 + 1) * 2 + (3 * 7 + 1) * 3);
    expect(await values(gradient.w)).toEqual([2 * 2 * 5 + 1, 2 * 3 * 7 + 1]);
    expect(await values(gradient.b[0])).toEqual([2, 3]);
    const byX = grad(loss, { argnums: 1 })(params, x) as unknown as Tensor;
    expect(await values(byX)).toEqual([4, 9]);
  });

  it("gives zeros for what the result does not depend on, and stops at stopGradient", async () => {
    expect(await values(grad((x: Tensor) => sum(mul(stopGradient(x), 2)))(tensor([1, 2])))).toEqual([0, 0]);
    expect(await values(grad((x: Tensor) => sum(mul(x, stopGradient(x))))(tensor([2, 3])))).toEqual([2, 3]);
  });

  it("refuses results that are no scalars", () => {
    expect(() => grad((x: Tensor) => x)(tensor([1, 2]))).toThrow(/shape \[2\]; it must give a scalar/);
  });
});

describe("vjp and jvp", () => {
  const a = tensor([[1, 2], [3, 4], [5, 6]]); // prettier-ignore

  it("give products with the Jacobian from both sides", async () => {
    const f = (x: Tensor): Tensor => sin(matmul(a, x));
    const x = tensor([0.3, -0.2]);
    const [value, pullback] = vjp(f, x);
    const v = [0.5, -1, 2];
    const t = [0.7, 0.1];
    const [left] = pullback(tensor(v));
    const [same, right] = jvp(f, [x], [tensor(t)]);
    expect(await values(same)).toEqual(await values(value));
    const rows = [[1, 2], [3, 4], [5, 6]]; // prettier-ignore
    const slopes = rows.map(([p, q]) => Math.cos(0.3 * p - 0.2 * q));
    const got = [await values(left), await values(right)];
    const wantLeft = [0, 1].map((k) => rows.reduce((total, row, i) => total + v[i] * slopes[i] * row[k], 0));
    const wantRight = rows.map((row, i) => slopes[i] * (row[0] * t[0] + row[1] * t[1]));
    wantLeft.forEach((want, i) => expect(got[0][i]).toBeCloseTo(want, 5));
    wantRight.forEach((want, i) => expect(got[1][i]).toBeCloseTo(want, 5));
    expect(() => pullback(tensor([1]))).toThrow(/vjp: the vector has shape \[1\], it must be \[3\]/);
  });
});

describe("checkpoint", () => {
  it("gives the gradients of the function, with the same random bits and effects once", async () => {
    const w = new Variable(tensor([0.5, -1, 2]), { requiresGrad: true, name: "w" });
    const calls = new Variable(tensor([0]), { name: "calls" });
    const block = (x: Tensor): Tensor => {
      noGrad(() => calls.assign(add(calls, 1)));
      return exp(mul(where(random.bernoulli([3]), x, 0), w));
    };
    const run = async (f: (x: Tensor) => Tensor): Promise<number[][]> => {
      manualSeed(4);
      w.grad = null;
      const x = tensor([1, 2, 3], { requiresGrad: true });
      const y = f(f(x));
      backward(sum(mul(y, tensor([1, 2, 3]))));
      return [await values(y), await values(x.grad!), await values(w.grad!), await values(random.uniform([2]))];
    };
    const plain = await run(block);
    expect(await calls.item()).toBe(2);
    expect(await run(checkpoint(block, () => [w]))).toEqual(plain);
    expect(await calls.item()).toBe(4);
  });
});

describe("customGradient", () => {
  it("uses the rule instead of the derivative", async () => {
    const straightThrough = customGradient(
      (x: Tensor) => x.round(),
      (g) => [g],
    );
    const x = tensor([0.4, 1.6], { requiresGrad: true });
    const y = sum(mul(straightThrough(x), tensor([3, 5])));
    backward(y);
    expect(await y.item()).toBe(10);
    expect(await values(x.grad!)).toEqual([3, 5]);
  });
});

describe("backward", () => {
  it("adds up over calls, and takes a gradient for what is no scalar", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    backward(mul(x, 3), tensor([1, 10]));
    backward(sum(x));
    expect(await values(x.grad!)).toEqual([4, 31]);
    x.grad = null;
    expect(x.grad).toBeNull();
  });

  it("explains what is wrong", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(() => backward(tensor(1))).toThrow(/does not depend on anything that requires gradients/);
    expect(() => backward(x)).toThrow(/shape \[2\] is no scalar/);
    expect(() => backward(x, tensor([1]))).toThrow(/gradient has shape \[1\], the tensor \[2\]/);
  });
});

describe("debug", () => {
  it("names the operation that made the first NaN, and its line", async () => {
    debug.sites(true);
    try {
      const x = tensor([1, -1], { requiresGrad: true });
      const loss = sum(exp(mul(log(x), 2)));
      await loss.data();
      await expect(debug.checkFinite(loss)).rejects.toThrow(
        /result of log of shape \[2\] holds NaN at element 1.*transforms\.test\.ts/,
      );
      await debug.checkFinite(sum(exp(x)));
    } finally {
      debug.sites(false);
    }
  });

  it("explains a plan without running it", () => {
    const text = debug.explain(sum(exp(mul(tensor([1, 2]), 3))));
    expect(text).toMatch(/in 1 kernels; 1 inputs, 1 outputs/);
    expect(text).toMatch(/sum\(exp\(mul\(in0, s0\)\)\)/);
  });
});
