import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Dropout, Linear, Module, Sequential, mseLoss } from "@minima/layers";
import { Adam, type AdamOptions, AdamW, type Optimizer, SGD, type SGDOptions } from "@minima/optim";
import { type Tensor, compile, manualSeed, mul, neg, ones, relu, setBackend, tensor } from "@minima/tensor";
import { beforeEach, describe, expect, it } from "vitest";

beforeEach(() => {
  setBackend(cpu({ threads: 1 }));
});

const input = (): Tensor => tensor([[1, -2, 3], [0.5, 1, -1]]); // prettier-ignore

/** A training step, compiled or not, and how often its function was called. */
function training<O extends { lr: number }>(make: (model: Module) => Optimizer<O>, compiled: boolean) {
  manualSeed(3);
  const model = new Linear(3, 2);
  const optimizer = make(model);
  let calls = 0;
  const build = (x: Tensor): void => {
    calls++;
    optimizer.zeroGrad();
    mseLoss(model.forward(x), ones([2, 2])).backward();
    void optimizer.step();
  };
  const step = compiled ? compile(build, { state: [model, optimizer] }) : async (x: Tensor) => void build(x);
  const weights = async (): Promise<number[]> => Array.from(await model.weight.data());
  return { optimizer, step, weights, calls: () => calls };
}

type Change<O> = readonly [what: string, change: (group: O) => void, recordings: number];

async function testChanges<O extends { lr: number }>(
  make: (model: Module) => Optimizer<O>,
  change: (group: O) => void,
): Promise<number> {
  const [eager, replayed] = [training(make, false), training(make, true)];
  for (const { optimizer, step } of [eager, replayed]) {
    for (let i = 0; i < 9; i++) {
      if (i === 5) change(optimizer.groups[0]);
      await step(input());
    }
  }
  expect(await replayed.weights()).toEqual(await eager.weights());
  return replayed.calls();
}

describe("options that change after the recording take effect", () => {
  const sgd: readonly Change<SGDOptions>[] = [
    ["lr", (group) => (group.lr = 0.3), 3],
    ["momentum", (group) => (group.momentum = 0.5), 3],
    ["dampening", (group) => (group.dampening = 0.7), 3],
    ["weightDecay", (group) => (group.weightDecay = 0.2), 3],
    ["no momentum any more", (group) => (group.momentum = 0), 6],
    ["no weightDecay any more", (group) => (group.weightDecay = 0), 6],
    ["maximize", (group) => (group.maximize = true), 6],
  ];
  it.each(sgd)("SGD: %s", async (_, change, recordings) => {
    const make = (model: Module): SGD =>
      new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01 });
    expect(await testChanges(make, change)).toBe(recordings);
  });

  const adam: readonly Change<AdamOptions>[] = [
    ["lr", (group) => (group.lr = 0.3), 3],
    ["betas", (group) => (group.betas = [0.5, 0.9]), 3],
    ["eps", (group) => (group.eps = 0.1), 3],
    ["weightDecay", (group) => (group.weightDecay = 0.2), 3],
    ["amsgrad", (group) => (group.amsgrad = true), 6],
  ];
  it.each(adam)("Adam: %s", async (_, change, recordings) => {
    expect(await testChanges((model) => new Adam(model.parameters(), { weightDecay: 0.1 }), change)).toBe(recordings);
  });
  it.each(adam)("AdamW: %s", async (_, change, recordings) => {
    expect(await testChanges((model) => new AdamW(model.parameters()), change)).toBe(recordings);
  });
});

class Scaled extends Module {
  scale = 2;
  linear = new Linear(3, 2);
  activation = (x: Tensor): Tensor => relu(x);

  forward(x: Tensor): Tensor {
    return mul(this.activation(this.linear.forward(x)), this.scale);
  }
}

describe("a module in the state", () => {
  it("is recorded once for each mode", async () => {
    const model = new Sequential(new Dropout(0.5));
    let calls = 0;
    const forward = compile((x: Tensor) => (calls++, model.forward(x)), { state: [model] });
    const drops = async (): Promise<boolean> => (await (await forward(ones([100]))).data()).includes(0);
    for (let i = 0; i < 4; i++) expect(await drops()).toBe(true);
    model.eval();
    for (let i = 0; i < 4; i++) expect(await drops()).toBe(false);
    model.train();
    expect(await drops()).toBe(true);
    expect(calls).toBe(6);
  });

  it("may have its numbers, texts and parts exchanged", async () => {
    const model = new Scaled();
    const forward = compile((x: Tensor) => model.forward(x), { state: [model] });
    const check = async (): Promise<void> => {
      const expected = await model.forward(input()).data();
      expect(await (await forward(input())).data()).toEqual(expected);
    };
    for (let i = 0; i < 5; i++) await check();
    model.scale = 3;
    await check();
    model.linear = new Linear(3, 2);
    await check();
    model.activation = (x) => neg(x);
    await check();
  });
});

it("recordings are bounded: the ones not called for longest are recorded anew", async () => {
  let calls = 0;
  const double = compile((x: Tensor) => (calls++, mul(x, 2)));
  for (let n = 1; n <= 70; n++) await double(ones([n]));
  expect(calls).toBe(70);
  for (let i = 0; i < 5; i++) expect(await (await double(ones([70]))).data()).toHaveLength(70);
  expect(calls).toBe(72);
  await double(ones([1])); // dropped
  for (let i = 0; i < 3; i++) await double(ones([1]));
  expect(calls).toBe(75);
});
