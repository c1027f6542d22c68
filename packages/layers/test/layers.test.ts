import { beforeEach, describe, expect, it } from "vitest";
import "@minima/autograd";
import { type Tensor, add, manualSeed, mul, ones, random, reference, setBackend, tensor, zeros } from "@minima/tensor";
import {
  Conv2d, Dropout, Flatten, Linear, MaxPool2d, Module, Parameter, ReLU, Sequential, Sigmoid, crossEntropy, fanOf,
  functionalCall, kaimingNormal, kaimingUniform, mseLoss, xavierNormal, xavierUniform,
} from "../src/index.ts"; // prettier-ignore

beforeEach(() => {
  setBackend(reference());
  manualSeed(1);
});

class Network extends Module {
  readonly conv1 = new Conv2d(1, 2, 3, { padding: 1 });
  readonly classifier = new Sequential(
    new Flatten(),
    new Linear(2 * 2 * 2, 5),
    new ReLU(),
    new Linear(5, 3, { bias: false }),
  );
  readonly layerScale = new Parameter(ones([1]));
  readonly blocks: readonly Module[] = [new Linear(3, 3), new Sigmoid()];
  readonly _hidden = new Linear(1, 1);
  readonly #pool = new MaxPool2d(2);

  forward(x: Tensor): Tensor {
    const h = this.classifier.forward(this.#pool.forward(this.conv1.forward(x)));
    return this.blocks.reduce((value, block) => block.forward(value), mul(h, this.layerScale));
  }
}

describe("Module", () => {
  it("names variables as PyTorch does", () => {
    expect(Object.keys(new Network().stateDict())).toEqual([
      "layer_scale",
      "conv1.weight",
      "conv1.bias",
      "classifier.1.weight",
      "classifier.1.bias",
      "classifier.3.weight",
      "blocks.0.weight",
      "blocks.0.bias",
    ]);
  });

  it("computes, and gives every parameter a gradient", async () => {
    const model = new Network();
    const y = model.forward(random.normal([4, 1, 4, 4]));
    expect(y.shape).toEqual([4, 3]);
    y.sum().backward();
    for (const parameter of model.parameters()) {
      expect(parameter.grad?.shape, parameter.name).toEqual(parameter.shape);
      await parameter.grad?.data();
    }
    model.zeroGrad();
    expect(model.parameters().every((parameter) => parameter.grad === null)).toBe(true);
  });

  it("moves a state dict to another module", async () => {
    const [a, b] = [new Network(), new Network()];
    const x = random.normal([2, 1, 4, 4]);
    const want = await a.forward(x).data();
    expect(await b.forward(x).data()).not.toEqual(want);
    b.loadStateDict(a.stateDict());
    expect(await b.forward(x).data()).toEqual(want);
  });

  it("refuses a state dict that does not fit, naming every problem, and changes nothing", async () => {
    const model = new Linear(3, 2);
    const before = await model.weight.data();
    const state = { weight: zeros([2, 4]), extra: zeros([1]) };
    expect(() => model.loadStateDict(state)).toThrow(
      "loadStateDict: weight is [2, 4] float32, the module has [2, 3] float32; bias is missing; extra is not in the module",
    );
    model.loadStateDict({ bias: ones([2]) }, { strict: false });
    expect(await model.weight.data()).toEqual(before);
    expect([...(await model.bias!.data())]).toEqual([1, 1]);
  });

  it("switches all modules between training and evaluation", () => {
    const model = new Sequential(new Dropout(0.5), new Sequential(new Dropout(0.5)));
    model.eval();
    expect(Array.from(model.modules(), (module) => module.training)).toEqual([false, false, false, false]);
  });

  it("can be called with other parameters", async () => {
    const model = new Linear(2, 1);
    const x = tensor([[1, 2]]);
    const values = { weight: tensor([[3, 4]], { requiresGrad: true }), bias: tensor([5]) };
    const y = functionalCall(model, values, x);
    expect(await y.item()).toBe(16);
    y.sum().backward();
    expect([...(await values.weight.grad!.data())]).toEqual([1, 2]);
    expect(model.weight.grad).toBeNull();
    expect(() => functionalCall(model, { wieght: x }, x)).toThrow(/no variable wieght/);
  });
});

describe("layers", () => {
  it("Linear is x·Wᵀ + b over the last axis of anything", async () => {
    const layer = new Linear(3, 2);
    layer.loadStateDict({ weight: tensor([[1, 2, 3], [4, 5, 6]]), bias: tensor([0.5, -0.5]) }); // prettier-ignore
    const y = layer.forward(tensor([[[1, 0, 0]], [[0, 1, 1]]]));
    expect(await y.toArray()).toEqual([[[1.5, 3.5]], [[5.5, 10.5]]]);
    expect(() => layer.forward(zeros([2, 4]))).toThrow(/Linear\(3, 2\).*\[2, 4\] must be 3/);
  });

  it("Dropout keeps the expectation in training and does nothing in evaluation", async () => {
    const dropout = new Dropout(0.2);
    const x = ones([20000]);
    const y = (await dropout.forward(x).data()) as Float32Array;
    const dropped = y.filter((value) => value === 0).length / y.length;
    expect(dropped).toBeGreaterThan(0.18);
    expect(dropped).toBeLessThan(0.22);
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1.25)]));
    expect(await dropout.forward(x).data()).not.toEqual(y);
    dropout.eval();
    expect(dropout.forward(x)).toBe(x);
    expect(() => new Dropout(1)).toThrow(/\[0, 1\)/);
  });
});

describe("losses", () => {
  it("cross entropy of indices equals that of one-hot probabilities", async () => {
    const logits = random.normal([4, 3]);
    const byIndex = crossEntropy(logits, tensor(Int32Array.of(0, 2, 1, 2)));
    const byProbability = crossEntropy(logits, tensor([[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 1]])); // prettier-ignore
    expect(await byIndex.item()).toBeCloseTo(await byProbability.item(), 6);
  });

  it("cross entropy stays finite for extreme logits", async () => {
    const loss = crossEntropy(tensor([[1, 1000, 2]]), tensor(Int32Array.of(1)));
    expect(await loss.item()).toBe(0);
  });

  it("squared error by every reduction", async () => {
    const [a, b] = [tensor([1, 2, 3]), tensor([1, 0, 0])];
    expect(await mseLoss(a, b).item()).toBeCloseTo(13 / 3, 6);
    expect(await mseLoss(a, b, { reduction: "sum" }).item()).toBe(13);
    expect([...(await mseLoss(a, b, { reduction: "none" }).data())]).toEqual([0, 4, 9]);
  });

  it("refuse targets that do not fit", () => {
    expect(() => crossEntropy(zeros([2, 3]), tensor(Int32Array.of(0)))).toThrow(/target \[1\] int32.*logits \[2, 3\]/);
    expect(() => mseLoss(zeros([2]), zeros([1]))).toThrow(/input \[2\] and target \[1\] differ/);
  });
});

describe("initialisers", () => {
  it("know the fan of weights", () => {
    expect(fanOf([8, 4])).toEqual({ fanIn: 4, fanOut: 8 });
    expect(fanOf([8, 4, 3, 3])).toEqual({ fanIn: 36, fanOut: 72 });
    expect(() => fanOf([8])).toThrow(/two axes/);
  });

  it.each([
    ["xavierUniform", xavierUniform([200, 100]), Math.sqrt(2 / 300)],
    ["xavierNormal", xavierNormal([200, 100]), Math.sqrt(2 / 300)],
    ["kaimingUniform", kaimingUniform([200, 100]), Math.sqrt(2 / 100)],
    ["kaimingNormal", kaimingNormal([200, 100], { mode: "fanOut" }), Math.sqrt(2 / 200)],
    ["kaimingNormal leaky", kaimingNormal([200, 100], { nonlinearity: "leakyRelu", a: 1 }), Math.sqrt(1 / 100)],
  ])("%s draws with the variance it promises", async (_, weight, std) => {
    const data = (await weight.data()) as Float32Array;
    const mean = data.reduce((a, b) => a + b, 0) / data.length;
    const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
    expect(Math.abs(mean)).toBeLessThan(std * 0.03);
    expect(Math.sqrt(variance) / std).toBeGreaterThan(0.97);
    expect(Math.sqrt(variance) / std).toBeLessThan(1.03);
  });

  it("repeat by seed", async () => {
    const draw = (): Promise<unknown> => {
      manualSeed(7);
      return add(new Linear(3, 3).weight, 0).data();
    };
    expect(await draw()).toEqual(await draw());
  });
});
