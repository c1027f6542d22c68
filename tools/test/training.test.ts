import { describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Linear, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam, SGD } from "@minima/optim";
import { type Device, manualSeed, random, reference, setBackend, tensor } from "@minima/tensor";
import { trainedBits } from "./browser/trained-bits.ts";
import { sameBits } from "./same-bits.ts";

async function train(device: Device, optimizerName: "sgd" | "adam", steps: number) {
  setBackend(device);
  manualSeed(3);
  const model = new Sequential(new Linear(20, 16), new ReLU(), new Linear(16, 5));
  const options = { lr: 0.01 };
  const optimizer =
    optimizerName === "adam"
      ? new Adam(model.parameters(), options)
      : new SGD(model.parameters(), { ...options, momentum: 0.9 });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const x = random.normal([12, 20]);
    const y = tensor(Int32Array.from({ length: 12 }, (_, i) => (i * 7 + step) % 5));
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    losses.push(await loss.item());
  }
  return { losses, weights: [...(await model.parameters()[0].data())] };
}

describe("a training loop", () => {
  it.each(["sgd", "adam"] as const)("gives the same curve on cpu and reference with %s", async (name) => {
    const want = await train(reference(), name, 20);
    const got = await train(cpu(), name, 20);
    got.losses.forEach((loss, i) => expect(loss).toBeCloseTo(want.losses[i], 4));
    got.weights.forEach((weight, i) => expect(weight).toBeCloseTo(want.weights[i], 4));
  });
});

describe("without relaxed SIMD", () => {
  it("200 steps of training give the bits that all engines of the V8 family give", async () => {
    expect(await trainedBits()).toEqual(sameBits);
  });
});
