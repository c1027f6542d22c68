import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Dropout, Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import {
  type Device, type Tensor, TraceError, Variable, add, compile, manualSeed, mul, random, reference, setBackend, square,
  sum, tensor, zeros,
} from "@minima/tensor"; // prettier-ignore

const devices: readonly (readonly [string, () => Device])[] = [
  ["cpu", () => cpu()],
  ["reference", () => reference()],
];

function network(): Module {
  manualSeed(5);
  return new Sequential(new Linear(6, 16), new ReLU(), new Dropout(0.25), new Linear(16, 3));
}

function batch(step: number): [Tensor, Tensor] {
  const x = Float32Array.from({ length: 48 }, (_, i) => Math.sin(i * 1.7 + step));
  const y = Int32Array.from({ length: 8 }, (_, i) => (i + step) % 3);
  return [tensor(x, { shape: [8, 6] }), tensor(y)];
}

describe.each(devices)("compile on %s", (_, make) => {
  beforeEach(() => setBackend(make()));

  it.each(["adam", "sgd"] as const)(
    "gives the bits of the eager loop with %s, dropout and a schedule",
    async (name) => {
      const weights: Float32Array[] = [];
      const losses: number[][] = [];
      for (const compiled of [false, true]) {
        const model = network();
        const parameters = model.parameters();
        const optimizer =
          name === "adam" ? new Adam(parameters) : new SGD(parameters, { lr: 0.1, momentum: 0.9, dampening: 0.3 });
        const step = (x: Tensor, y: Tensor): Tensor => {
          const loss = crossEntropy(model.forward(x), y);
          optimizer.zeroGrad();
          loss.backward();
          void optimizer.step();
          return loss;
        };
        const run = compiled ? compile(step, { state: [model, optimizer] }) : step;
        const curve: number[] = [];
        for (let i = 0; i < 60; i++) {
          optimizer.lr = 0.01 * (1 + Math.cos(i / 20));
          const loss = await run(...batch(i));
          curve.push(await loss.item());
        }
        losses.push(curve);
        weights.push((await parameters[0].data()) as Float32Array);
      }
      expect(losses[1]).toEqual(losses[0]);
      expect(weights[1]).toEqual(weights[0]);
    },
  );

  it("takes numbers as inputs, and static ones as part of the signature", async () => {
    let traced = 0;
    const scaled = compile(
      (x: Tensor, factor: Tensor, power: number) => {
        traced++;
        let result = x;
        for (let i = 0; i < power; i++) result = mul(result, factor);
        return result;
      },
      { static: [2] },
    );
    for (let i = 1; i <= 8; i++) {
      const [value] = await (await scaled(tensor([2]), i, 2)).data();
      expect(value).toBe(2 * i * i);
    }
    expect(traced).toBe(3);
    expect(await (await scaled(tensor([2]), 5, 3)).data()).toEqual(Float32Array.of(250));
  });

  it("gives nested results and captures constants", async () => {
    const offset = tensor([10, 20]);
    const f = compile((x: { a: Tensor; b: readonly Tensor[] }) => ({
      total: add(x.a, offset),
      parts: [x.b[0], sum(x.a)],
    }));
    for (let i = 0; i < 5; i++) {
      const { total, parts } = await f({ a: tensor([i, 1]), b: [tensor([7])] });
      expect([...(await total.data())]).toEqual([10 + i, 21]);
      expect([...(await parts[0].data())]).toEqual([7]);
      expect(await parts[1].item()).toBe(i + 1);
    }
  });

  it("moves generators on, in step with eager code", async () => {
    manualSeed(9);
    const eager = [
      await random.uniform([3]).data(),
      await random.uniform([3]).data(),
      await random.uniform([2]).data(),
    ];
    manualSeed(9);
    const draw = compile(() => random.uniform([3]));
    const drawn = [await (await draw()).data(), await (await draw()).data(), await random.uniform([2]).data()];
    expect(drawn).toEqual(eager);
    for (let i = 0; i < 4; i++) await draw();
    const replayed = await (await draw()).data();
    expect(replayed).not.toEqual(await (await draw()).data());
  });

  it("leaves everything as it was when the function throws", async () => {
    const state = new Variable(tensor([1]), { name: "state" });
    const f = compile(
      (fail: boolean) => {
        state.assign(add(state, 1));
        if (fail) throw new RangeError("on purpose");
        return mul(state, 1);
      },
      { state: [state] },
    );
    await expect(f(true)).rejects.toThrow("on purpose");
    expect(await state.item()).toBe(1);
    expect(await (await f(false)).item()).toBe(2);
    expect(await state.item()).toBe(2);
  });

  it("leaves the gradients of what it captures as they were", async () => {
    const w = tensor([1, 2, 3], { requiresGrad: true });
    const gradient = compile((x: Tensor) => {
      sum(square(mul(w, x))).backward();
      return w.grad;
    });
    for (let i = 0; i < 4; i++) {
      expect([...((await (await gradient(tensor([i, 1, 2])))?.data()) ?? [])]).toEqual([2 * i * i, 4, 24]);
      expect(w.grad).toBe(null);
    }
    sum(square(w)).backward();
    expect([...((await w.grad?.data()) ?? [])]).toEqual([2, 4, 6]);
  });

  it("refuses what cannot be replayed", async () => {
    const hidden = new Variable(zeros([2]), { name: "hidden" });
    await expect(compile(() => add(hidden, 1))()).rejects.toThrow(/hidden.*state/);
    await expect(compile((x: Tensor) => x.item())(tensor([1]))).rejects.toThrow(TraceError);
    await expect(compile(async (x: Tensor) => Promise.resolve(x))(tensor([1]))).rejects.toThrow(/async/);
    await expect(compile(() => new Variable(zeros([1])))()).rejects.toThrow(/variable was made/);
    let factor = 1;
    const changing = compile((x: Tensor) => mul(x, factor));
    await changing(tensor([1]));
    factor = 2;
    await expect(changing(tensor([1]))).rejects.toThrow(/was 1 and is 2/);
    let captured = tensor([1]);
    const capturing = compile((x: Tensor) => mul(x, captured));
    await capturing(tensor([1]));
    captured = tensor([2]);
    await expect(capturing(tensor([1]))).rejects.toThrow(/captures another tensor/);
  });
});
