import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Linear, ReLU, Sequential } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import { type Backend, StaleTensorError, type Tensor, Variable, add, compile, cumsum, div, manualSeed, matmul, minimum, mul, random, reference, run, setBackend, sqrt, square, sub, sum, tensor, transpose, update, zeros } from "@minima/tensor"; // prettier-ignore
import { sharedWebGpu } from "./shared-webgpu.ts";

const webgpu = sharedWebGpu();

interface Case {
  readonly name: string;
  /** Gives the new value of a 3 by 3 variable, and something else made of the old one. */
  readonly step: (m: Tensor, x: Tensor) => { readonly next: Tensor; readonly other?: Tensor };
}

const cases: readonly Case[] = [
  { name: "element by element", step: (m, x) => ({ next: add(mul(m, 0.9), x) }) },
  { name: "of its transpose", step: (m, x) => ({ next: add(transpose(m), x) }) },
  { name: "of a product with it", step: (m, x) => ({ next: matmul(m, x) }) },
  { name: "behind a product", step: (m, x) => ({ next: add(mul(m, 0.5), matmul(x, x)) }) },
  { name: "of sums of its rows", step: (m, x) => ({ next: add(sub(m, sum(m, { axis: 1, keepDims: true })), x) }) },
  { name: "of all of it", step: (m, x) => ({ next: div(add(m, x), add(sum(square(m)), 1)) }) },
  { name: "of a running sum", step: (m, x) => ({ next: add(cumsum(m, 0), x) }) },
  { name: "and its old value is read as it was", step: (m, x) => ({ next: add(m, x), other: mul(m, 3) }) },
  { name: "and its transpose is read", step: (m, x) => ({ next: add(m, x), other: matmul(transpose(m), x) }) },
  { name: "and a sum is read", step: (m, x) => ({ next: add(m, x), other: sum(mul(m, x)) }) },
  { name: "and shifted elements are read", step: (m, x) => ({ next: add(m, x), other: sub(m.slice([[1, 3]]), m.slice([[0, 2]])) }) },
  { name: "of another variable's", step: (m, x) => ({ next: mul(x, 2), other: m }) },
]; // prettier-ignore

const start = Float32Array.from({ length: 9 }, (_, i) => Math.sin(i + 1));
const inputs = Array.from({ length: 4 }, (_, step) =>
  Float32Array.from({ length: 9 }, (_, i) => Math.cos(i + 3 * step)),
);

/** The values of the variable and of what else is made of it, step after step. */
async function curve({ step }: Case, inPlace: boolean, compiled: boolean): Promise<number[]> {
  const m = new Variable(tensor(start, { shape: [3, 3] }), { name: "m", inPlace });
  const work = (x: Tensor): Tensor => {
    const { next, other } = step(m, x);
    m.assign(next);
    return other ?? sum(next);
  };
  const call = compiled ? compile(work, { state: [m] }) : (x: Tensor) => Promise.resolve(work(x));
  const values: number[] = [];
  for (const input of inputs) {
    const other = await call(tensor(input, { shape: [3, 3] }));
    await run(m, other);
    values.push(...(await m.data()), ...(await other.data()));
  }
  return values;
}

const devices: readonly (readonly [string, () => Backend])[] = [
  ["cpu", () => cpu({ threads: 1 })],
  ["cpu with two threads", () => cpu({ threads: 2 })],
  ["webgpu", webgpu],
];

describe.each(devices)("a variable that is updated in place on %s", (_, deviceOf) => {
  it.each(cases)("has the values of one that is not: $name", async (updated) => {
    const device = deviceOf();
    setBackend(reference());
    const want = await curve(updated, false, false);
    setBackend(device);
    for (const compiled of [false, true]) {
      const got = await curve(updated, true, compiled);
      expect(got).toHaveLength(want.length);
      got.forEach((value, i) => expect(Math.abs(value - want[i])).toBeLessThan(1e-4 * (1 + Math.abs(want[i]))));
    }
  });

  it("leaves snapshots as they are, whenever they are taken", async () => {
    const device = deviceOf();
    setBackend(device);
    const m = new Variable(tensor(start, { shape: [3, 3] }), { name: "m", inPlace: true });
    const move = compile((x: Tensor) => m.assign(add(m, x)), { state: [m] });
    const snapshots: Tensor[] = [m.value];
    for (let i = 0; i < 6; i++) {
      await move(tensor(1).expand([3, 3]));
      snapshots.push(m.value);
      if (i % 2 === 0) {
        m.assign(add(m, 0));
        await run(m);
      }
    }
    for (const [i, snapshot] of snapshots.entries()) expect(await snapshot.at(0, 0)).toBeCloseTo(start[0] + i, 5);
  });

  it("has one version: what needs the one before is lost, and says so", async () => {
    const device = deviceOf();
    setBackend(device);
    const m = new Variable(random.normal([192, 192]), { name: "average", inPlace: true });
    await run(m);
    const before = mul(m, 2); // 147 KB; smaller ones are computed with the update
    await update(() => m.assign(add(m, 1)));
    await expect(before.data()).rejects.toThrow(/needs average as it was before its update 1/);
    expect(await m.data()).toHaveLength(192 * 192);
  });
});

describe("a program that breaks off in the middle", () => {
  it("leaves what it updates in place unreadable, by name, until it is assigned; other variables keep their values", async () => {
    const inner = cpu({ threads: 1 });
    let isBroken = false;
    const backend: Backend = {
      ...inner,
      submit(program, bindings) {
        inner.submit(program, bindings); // it has written before it fails
        if (isBroken) throw new Error("a worker was lost");
      },
    };
    setBackend(backend);
    const weight = new Variable(random.normal([8, 8]), { name: "weight" });
    const average = new Variable(zeros([8, 8]), { name: "weight.mean", inPlace: true });
    const step = (): Promise<void> =>
      update(() => {
        average.assign(add(mul(average, 0.9), mul(weight, 0.1)));
        weight.assign(sub(weight, average));
      });
    await run(weight, average);
    await step();
    const before = await weight.data();
    isBroken = true;
    await expect(step()).rejects.toThrow("a worker was lost");
    isBroken = false;
    expect(await weight.data()).toEqual(before);
    await expect(average.data()).rejects.toThrow(StaleTensorError);
    await expect(step()).rejects.toThrow(/weight\.mean, whose update in place a failure broke off/);
    average.assign(zeros([8, 8]));
    await step();
    expect(await average.data()).toEqual(before.map((value) => Math.fround(value * Math.fround(0.1))));
    inner.dispose();
  });
});

describe("memory of training", () => {
  let peak = 0;
  let device: Backend = cpu({ threads: 1 });

  beforeEach(() => {
    const inner = cpu({ threads: 1 });
    peak = 0;
    device = {
      ...inner,
      allocate(bytes) {
        const buffer = inner.allocate(bytes);
        peak = Math.max(peak, inner.stats?.().bytes ?? 0);
        return buffer;
      },
    };
    setBackend(device);
    manualSeed(1);
  });

  it.each([
    { how: "SGD", most: 2.1, resident: 2 },
    { how: "SGD with momentum", most: 3.1, resident: 3 },
    { how: "Adam", most: 4.1, resident: 4 },
    { how: "Adam with clipping", most: 5.1, resident: 4 },
  ])("with $how takes at most $most times the parameters, and stays at $resident", async ({ how, most, resident }) => {
    const width = 700;
    const model = new Sequential(
      ...Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? new Linear(width, width) : new ReLU())),
    );
    const parameters = model.parameters();
    const bytes = parameters.reduce((all, { size }) => all + 4 * size, 0);
    const optimizer = how.startsWith("Adam")
      ? new Adam(parameters, { lr: 1e-5 })
      : new SGD(parameters, { lr: 1e-5, momentum: how === "SGD" ? 0 : 0.9 });
    const backward = (x: Tensor): Tensor => {
      const loss = sum(square(model.forward(x)));
      optimizer.zeroGrad();
      loss.backward();
      if (how.endsWith("clipping")) {
        const norm = sqrt(parameters.map(({ grad }) => sum(square(grad ?? zeros([])))).reduce((a, b) => add(a, b)));
        for (const parameter of parameters) parameter.grad = mul(parameter.grad ?? zeros([]), minimum(div(1, norm), 1));
      }
      return loss;
    };
    const compiled = compile((x: Tensor) => (backward(x), void optimizer.step()), { state: [model, optimizer] });
    for (let i = 0; i < 4; i++) {
      backward(random.normal([8, width]));
      await optimizer.step();
    }
    for (let i = 0; i < 4; i++) await compiled(random.normal([8, width]));
    expect(peak / bytes).toBeLessThan(most);
    expect((device.stats?.().bytes ?? 0) / bytes).toBeLessThan(resident + 0.1);
    expect((device.stats?.().bytes ?? 0) / bytes).toBeGreaterThan(resident - 0.1);
    device.dispose();
  });
});
