import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import { NoBackendError, PlannedExecutor, Scope, StaleTensorError, Variable, add, argmax, executorOf, manualSeed, matmul, mul, noGrad, random, reference, run, setBackend, sum, tanh, tensor, type Backend, type Tensor, zeros } from "@minima/tensor"; // prettier-ignore

/** The rules of section 3a of the design: what lives how long, and what a step is. */
let backend: Backend;
let executor: PlannedExecutor;

beforeEach(() => {
  backend = cpu();
  setBackend(backend);
  const found = executorOf(backend);
  if (!(found instanceof PlannedExecutor)) throw new Error("the CPU runs plans");
  executor = found;
  manualSeed(1);
});

interface Training {
  readonly model: Module;
  readonly optimizer: Adam;
  step(i: number): Promise<{ loss: Tensor; logits: Tensor }>;
}

function training(): Training {
  const model = new Sequential(new Linear(40, 32), new ReLU(), new Linear(32, 5));
  const optimizer = new Adam(model.parameters());
  return {
    model,
    optimizer,
    async step(i) {
      const x = tensor(
        Float32Array.from({ length: 640 }, (_, k) => Math.sin(k + i)),
        { shape: [16, 40] },
      );
      const y = tensor(Int32Array.from({ length: 16 }, (_, k) => (k + i) % 5));
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      optimizer.zeroGrad();
      loss.backward();
      await optimizer.step();
      return { loss, logits };
    },
  };
}

describe("a training step", () => {
  it("runs as one program, planned once, under a schedule that changes every step", async () => {
    const { step, optimizer } = training();
    for (let i = 0; i < 3; i++) await step(i);
    const [misses, submits] = [executor.plans.misses, executor.submits];
    for (let i = 0; i < 1000; i++) {
      optimizer.lr = 1e-3 * 0.5 * (1 + Math.cos((Math.PI * i) / 1000));
      await step(i);
    }
    expect(executor.plans.misses).toBe(misses);
    expect(executor.submits - submits).toBe(1000);
  });

  it("leaves its tensors readable, and computes what is read every time in the step itself", async () => {
    const { step } = training();
    for (let i = 0; i < 3; i++) {
      const { loss, logits } = await step(i);
      await loss.item();
      await argmax(logits, { axis: 1 }).data();
    }
    const before = executor.submits;
    const { logits } = await step(3);
    await argmax(logits, { axis: 1 }).data();
    await logits.data();
    expect(executor.submits - before).toBe(2); // the step, and the argmax of logits it gave
  });

  it("can be read without awaiting the step", async () => {
    const { step } = training();
    const pending = step(0);
    const { loss, logits } = await pending;
    expect(await logits.data()).toHaveLength(80);
    expect(await loss.item()).toBeGreaterThan(0);
  });

  it("makes tensors of older steps stale, with an error that says so", async () => {
    const { step } = training();
    await step(0);
    const { logits } = await step(1);
    await step(2);
    await step(3);
    await expect(logits.data()).rejects.toThrow(StaleTensorError);
    await expect(logits.data()).rejects.toThrow(
      /the tensor add \[16, 5\] has no value any more: it needs 0\.weight as it was before its update 2.*await run/s,
    );
  });

  it("leaves snapshots unchanged", async () => {
    const { step, model } = training();
    await step(0);
    const best = model.stateDict();
    const want = await Promise.all(Object.values(best).map((value) => value.data()));
    const early = { ...model.stateDict() }; // never read before more training
    for (let i = 1; i < 10; i++) await step(i);
    expect(await Promise.all(Object.values(best).map((value) => value.data()))).toEqual(want);
    expect(await Promise.all(Object.values(early).map((value) => value.data()))).toEqual(want);
    expect(await model.parameters()[0].data()).not.toEqual(want[0]);
    model.loadStateDict(best);
    expect(await model.parameters()[0].data()).toEqual(want[0]);
  });

  it("holds memory flat, whether results are kept or not", async () => {
    const { step } = training();
    const kept: Tensor[] = [];
    for (let i = 0; i < 20; i++) kept.push((await step(i)).loss);
    const bytes = executor.results.bytes;
    for (let i = 0; i < 300; i++) kept.push((await step(i)).loss);
    expect(executor.results.bytes - bytes).toBeLessThanOrEqual(300 * 64);
    expect(await kept[5].item()).toBeGreaterThan(0);
  });
});

describe("found by the trainer", () => {
  it("a variable that was assigned a multiple of itself broadcasts as before", async () => {
    const bias = new Variable(tensor([2, 4, 6]), { requiresGrad: true });
    bias.assign(mul(bias, 0.5));
    const x = tensor([[1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]]); // prettier-ignore
    expect(await sum(add(x, bias)).item()).toBe(30 + 4 * 6);
  });

  it("a snapshot from before the first program outlives the updates", async () => {
    const { step, model } = training();
    const early = model.stateDict();
    for (let i = 0; i < 5; i++) await step(i);
    for (const value of Object.values(early)) expect((await value.data()).length).toBe(value.size);
  });
});

describe("lazy work", () => {
  it("computes nothing more than twice in a loop that carries its state", async () => {
    const w = random.normal([16, 16], { std: 0.2 });
    let h = zeros([1, 16]);
    let total = 0;
    for (let i = 0; i < 500; i++) {
      h = tanh(add(matmul(h, w), 0.01));
      if (i % 10 === 0) total += await sum(h).item();
    }
    expect(total).not.toBe(0);
    expect(executor.submits).toBeLessThanOrEqual(50);
    expect(executor.plans.misses).toBeLessThanOrEqual(8);
  });

  it("evaluates a graph that nobody reads before it grows without bound", async () => {
    let h = tensor([1]);
    for (let i = 0; i < 40000; i++) h = add(h, 1);
    expect(executor.submits).toBeGreaterThan(0);
    expect(await h.item()).toBe(40001);
  });

  it("runs nothing for what is dropped", () => {
    const w = tensor(new Float32Array(384 * 384), { shape: [384, 384] });
    for (let i = 0; i < 9000; i++) w.mul(i).add(1);
    expect(executor.submits).toBe(0);
  });

  it("computes what is small and keeps large batches waiting, one plan for all of a kind", async () => {
    const weights = [
      random.normal([500, 10], { std: 0.1 }),
      tensor(new Float32Array(5000).fill(0.01), { shape: [500, 10] }),
    ];
    for (const w of weights) {
      const kept: Tensor[] = [];
      for (let i = 0; i < 700; i++) {
        const batch = new Float32Array(50_000).fill(i); // 200 KB
        kept.push(argmax(matmul(tensor(batch, { shape: [100, 500] }), w), { axis: 1 }));
      }
      const waiting = kept.filter(({ node }) => node.storage === null).length;
      expect(waiting * 200_000).toBeLessThan(70e6);
      expect(executor.plans.misses).toBeLessThanOrEqual(6);
      expect(await kept[0].data()).toEqual(await kept[0].data());
    }
  });

  it("computes what many share together, where that frees more than it takes", async () => {
    const sums: Tensor[] = [];
    const w = tensor(new Float32Array(1000).fill(0.5), { shape: [1000, 1] });
    let total: Tensor = zeros([1]);
    for (let i = 0; i < 30; i++) {
      const x = tensor(new Float32Array(1_000_000).fill(i), { shape: [1000, 1000] }); // 4 MB
      total = add(total, sum(matmul(x, w)));
      sums.push(sum(x, { axis: 0 }));
    }
    expect(executor.submits).toBeGreaterThan(0);
    expect(executor.submits).toBeLessThan(8);
    expect(await sums[3].at(0)).toBe(3000);
    expect(await total.item()).toBe(0.5 * 1e6 * 435);
  });

  it("does not run for printing", () => {
    const t = add(tensor([1, 2]), 1);
    expect(String(t)).toBe("Tensor [2] float32 (pending: add) on cpu");
    expect(String(tensor([1, 2]))).toBe("Tensor [2] float32 [1, 2]");
    expect(executor.submits).toBe(0);
  });
});

describe("variables", () => {
  it("keep the value a graph was built with", async () => {
    const state = new Variable(tensor([1]));
    const before = mul(state, 10);
    state.assign(add(state, 1));
    const after = mul(state, 10);
    expect([await before.item(), await after.item(), await state.item()]).toEqual([10, 20, 2]);
  });

  it("are assigned by whatever runs next, once", async () => {
    const counter = new Variable(tensor([0]));
    counter.assign(add(counter, 1));
    await mul(tensor([1]), 2).data();
    await mul(tensor([1]), 3).data();
    expect(await counter.item()).toBe(1);
  });

  it("build no history under noGrad", () => {
    const w = new Variable(tensor([1]), { requiresGrad: true });
    expect(mul(w, 2).requiresGrad).toBe(true);
    expect(noGrad(() => mul(w, 2)).requiresGrad).toBe(false);
  });

  it("refuse other shapes and dtypes", () => {
    const state = new Variable(tensor([1]), { name: "state" });
    expect(() => state.assign(zeros([2]))).toThrow(/state has shape \[1\], the value \[2\]/);
    expect(() => state.assign(zeros([1], { dtype: "int32" }))).toThrow(/state is float32, the value int32/);
  });
});

describe("devices", () => {
  it("do not mix, and tensors move between them", async () => {
    const here = tensor([1, 2]);
    const there = tensor([3, 4], { backend: reference() });
    expect(() => add(here, there)).toThrow(/one operand is on cpu, another on reference/);
    expect(await (await there.to(backend)).add(here).data()).toEqual(Float32Array.of(4, 6));
  });

  it("are asked for by the first run if none was chosen", async () => {
    setBackend(null);
    const t = add(tensor([1]), 1);
    await expect(t.data()).rejects.toThrow(NoBackendError);
    setBackend(backend);
    expect(await t.item()).toBe(2);
  });

  it("give values of tensors no numbers by operators", () => {
    const t: unknown = tensor([1]);
    expect(() => (t as number) + 1).toThrow(/await tensor.item/);
    expect(() => (t as number) < 1).toThrow(/less\(a, b\)/);
  });
});

describe("dropped models", () => {
  it("give their memory back", async () => {
    for (let i = 0; i < 800; i++) {
      const model = new Linear(256, 256);
      const optimizer = new Adam(model.parameters());
      sum(model.forward(zeros([1, 256]))).backward();
      await optimizer.step();
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
    // Without finalizers 800 models of 3 × 256 KB would be 630 MB.
    expect(process.memoryUsage().rss).toBeLessThan(900e6);
    expect(backend.stats?.().bytes).toBeLessThan(420e6);
  });
});

describe("results", () => {
  it("move to the host, oldest first, when they pass the budget; not those of the last run", async () => {
    const made = (i: number): Tensor => add(zeros([2 ** 18]), i); // 1 MB
    const kept = Array.from({ length: 300 }, (_, i) => made(i));
    await run(...kept);
    expect(executor.results.bytes).toBe(300 * 2 ** 20);
    for (let i = 300; i < 350; i++) {
      const t = made(i);
      await run(t);
      kept.push(t);
    }
    expect(executor.results.bytes).toBeLessThanOrEqual(256 * 2 ** 20);
    expect(backend.stats?.().bytes).toBeLessThan(300 * 2 ** 20);
    expect([await kept[0].at(7), await kept[349].at(7)]).toEqual([0, 349]);
    expect(await add(kept[3], kept[340]).at(0)).toBe(343);
  });

  it("of a scope go with it, but for those it keeps", async () => {
    const before = executor.results.bytes;
    let kept: Tensor;
    let dropped: Tensor;
    {
      using scope = new Scope();
      dropped = add(zeros([1000]), 1);
      kept = add(zeros([1000]), 2);
      await run(dropped, kept);
      scope.keep(kept);
      expect(executor.results.bytes - before).toBeGreaterThanOrEqual(8000);
    }
    expect(executor.results.bytes - before).toBeLessThan(4200);
    expect(await kept.at(0)).toBe(2);
    await expect(dropped.data()).rejects.toThrow(/scope that has ended.*scope\.keep/);
  });
});
