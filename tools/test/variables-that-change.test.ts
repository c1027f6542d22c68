import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Dropout, Linear, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import { DTypeError, Generator, type Tensor, TraceError, Variable, add, compile, getBackend, manualSeed, mul, random, reference, run, setBackend, square, sub, sum, tensor } from "@minima/tensor"; // prettier-ignore
import { sharedWebGpu } from "./shared-webgpu.ts";

const webgpu = sharedWebGpu();

beforeEach(() => {
  setBackend(cpu({ threads: 1 }));
  manualSeed(1);
});

describe("a compiled function inside another one", () => {
  it("becomes a part of it: one program, with its state, its numbers and its settings", async () => {
    const w = new Variable(tensor([1, 2]), { name: "w" });
    const layer = new Dropout(0.5, { generator: new Generator(3) });
    const inner = compile(
      (x: Tensor, scale: Tensor) => {
        w.assign(add(w, 1));
        return mul(layer.forward(mul(x, w)), scale);
      },
      { state: [w, layer] },
    );
    const outer = compile((x: Tensor, by: Tensor) => add(inner.inline(x, 3), inner.inline(x, by)));
    layer.eval();
    for (let i = 0; i < 5; i++) {
      const before = [1 + 2 * i, 2 + 2 * i];
      const got = await outer(tensor([1, 1]), 2);
      expect(await got.data()).toEqual(Float32Array.from(before, (value) => 3 * (value + 1) + 2 * (value + 2)));
    }
    expect(await w.data()).toEqual(Float32Array.of(11, 12));
    layer.train(); // a setting of the inner one's state
    let zeros = 0;
    for (let i = 0; i < 8; i++) zeros += (await (await outer(tensor([1, 1]), 2)).data()).filter((v) => v === 0).length;
    expect(zeros).toBeGreaterThan(0);
    const called = compile((x: Tensor) => (inner as (...args: unknown[]) => unknown)(x, 1) as Tensor);
    expect((await called(tensor([1, 1]))).shape).toEqual([2]);
  });

  it("is called by itself as ever, and inline is refused there", async () => {
    const double = compile((x: Tensor) => mul(x, 2));
    expect(await (await double(tensor([2]))).item()).toBe(4);
    expect(() => double.inline(tensor([2]))).toThrow(TraceError);
  });
});

/** A training step of y = w x + b, compiled or not. */
function training(compiled: boolean) {
  const [w, b] = [1, 2].map((value, i) => new Variable(tensor([value]), { requiresGrad: true, name: "wb"[i] }));
  const optimizer = new Adam([w, b], { lr: 0.1 });
  const step = (x: Tensor): Tensor => {
    const loss = sum(square(sub(add(mul(w, x), b), 7)));
    optimizer.zeroGrad();
    loss.backward();
    void optimizer.step();
    return loss;
  };
  const run = compiled ? compile(step, { state: [optimizer] }) : (x: Tensor) => Promise.resolve(step(x));
  return { w, b, optimizer, step: () => run(tensor([3])) };
}

describe.each([true, false])("requiresGrad of a variable (compiled: %s)", (compiled) => {
  it("may change at any time, and optimizers follow", async () => {
    const { w, b, step } = training(compiled);
    for (let i = 0; i < 4; i++) await step();
    b.requiresGrad = false;
    const frozen = await b.item();
    const moving = await w.item();
    for (let i = 0; i < 4; i++) await step();
    expect(await b.item()).toBe(frozen);
    expect(await w.item()).not.toBe(moving);
    expect(b.grad).toBeNull();
    b.requiresGrad = true;
    for (let i = 0; i < 2; i++) await step();
    expect(await b.item()).not.toBe(frozen);
  });

  it("may begin after the optimizer was made", async () => {
    const [w, late] = [new Variable(tensor([1]), { requiresGrad: true }), new Variable(tensor([1]))];
    const optimizer = new SGD([w, late], { lr: 0.1, momentum: 0.9 });
    const work = (): Tensor => {
      const loss = sum(square(add(w, late)));
      optimizer.zeroGrad();
      loss.backward();
      void optimizer.step();
      return loss;
    };
    const step = compiled ? compile(work, { state: [optimizer] }) : () => Promise.resolve(work());
    for (let i = 0; i < 4; i++) await step();
    expect(await late.item()).toBe(1);
    late.requiresGrad = true;
    await step();
    await run();
    expect(await late.item()).not.toBe(1);
  });
});

describe("to", () => {
  it("gives a variable another dtype, from now on", async () => {
    const v = new Variable(tensor([1.5, -2.5]), { name: "v", requiresGrad: true });
    const before = mul(v, 2);
    const total = compile((x: Tensor) => sum(mul(v, x)), { state: [v] });
    for (let i = 0; i < 4; i++) expect(await (await total(tensor([1, 1]))).item()).toBe(-1);
    await expect(v.to("int32")).rejects.toThrow(DTypeError);
    v.requiresGrad = false;
    expect(await v.to("int32")).toBe(v);
    expect(v.dtype).toBe("int32");
    expect(await v.data()).toEqual(Int32Array.of(1, -2));
    expect(await before.data()).toEqual(Float32Array.of(3, -5));
    expect(await (await total(tensor([1, 1]))).item()).toBe(-1);
    await expect(v.to("half" as never)).rejects.toThrow(/half is no dtype/);
    await expect(v.to(cpu as never)).rejects.toThrow(/a function, which makes one/);
  });

  it("moves a variable and what follows it to another backend in the middle of a training", async () => {
    const steady = training(false);
    for (let i = 0; i < 8; i++) await (await steady.step()).item();
    const moved = training(false);
    for (let i = 0; i < 4; i++) await (await moved.step()).item();
    const other = reference();
    await Promise.all([moved.w.to(other), moved.b.to(other)]);
    setBackend(other);
    for (let i = 0; i < 4; i++) await (await moved.step()).item();
    for (const name of ["w", "b"] as const) {
      expect(Math.abs((await moved[name].item()) - (await steady[name].item()))).toBeLessThan(1e-5);
    }
    expect(() => add(moved.w, steady.w)).toThrow(/one operand is on/);
  });

  it("inside a compiled function is refused", async () => {
    const v = new Variable(tensor([1]));
    const moving = compile(() => void v.to("int32"), { state: [v] });
    await expect(moving()).rejects.toThrow(TraceError);
    const freezing = compile(() => void (v.requiresGrad = true), { state: [v] });
    await expect(freezing()).rejects.toThrow(TraceError);
  });
});

describe("models on several backends", () => {
  it("are made without reading anything, and trained in turns give what each gives alone", async () => {
    const backends = [cpu({ threads: 1 }), webgpu()];
    const make = (seed: number) => {
      manualSeed(seed);
      const model = new Sequential(new Linear(6, 8), new ReLU(), new Dropout(0.3), new Linear(8, 3));
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const device = getBackend() ?? undefined;
      const losses: number[] = [];
      const work = (x: Tensor, y: Tensor): Tensor => {
        const loss = crossEntropy(model.forward(x), y);
        optimizer.zeroGrad();
        loss.backward();
        void optimizer.step();
        return loss;
      };
      const compiled = compile(work, { state: [model, optimizer] });
      const step = async (i: number): Promise<void> => {
        const options = device === undefined ? {} : { backend: device };
        const x = tensor(
          Float32Array.from({ length: 24 }, (_, k) => Math.sin(k + i)),
          { shape: [4, 6], ...options },
        );
        const y = tensor(
          Int32Array.from({ length: 4 }, (_, k) => (k + i) % 3),
          options,
        );
        losses.push(await (await (i % 2 === 0 ? compiled(x, y) : work(x, y))).item());
      };
      return { losses, step };
    };
    const alone: number[][] = [];
    for (const [i, backend] of backends.entries()) {
      setBackend(backend);
      const { losses, step } = make(i);
      for (let k = 0; k < 8; k++) await step(k);
      alone.push(losses);
    }
    const pair = backends.map((backend, i) => {
      setBackend(backend);
      return make(i);
    });
    for (let k = 0; k < 8; k++) {
      for (const [i, { step }] of pair.entries()) {
        setBackend(backends[(i + k) % 2]); // which one is in use is no matter
        await step(k);
      }
    }
    pair.forEach(({ losses }, i) => {
      losses.forEach((loss, k) => expect(Math.abs(loss - alone[i][k])).toBeLessThan(i === 0 ? 1e-12 : 1e-5));
    });
  }, 120_000); // a software adapter takes seconds for the kernels of two trainings

  it("draw from one generator without a read of either", async () => {
    const generator = new Generator(11);
    setBackend(webgpu());
    const first = random.uniform([4], { generator });
    await first.data();
    setBackend(cpu({ threads: 1 }));
    const second = random.uniform([4], { generator });
    generator.state = { ...generator.state, position: 0 };
    const both = await random.uniform([4], { generator }).data();
    expect(both).toEqual(await first.data());
    expect(await random.uniform([4], { generator }).data()).toEqual(await second.data());
  });
});
