import { describe, expect, it } from "vitest";
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Linear, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import {
  type Device,
  Generator,
  type Tensor,
  type TypedArray,
  compile,
  manualSeed,
  random,
  reference,
  setBackend,
  tensor,
} from "@minima/tensor";
import { webgpuDevice } from "../src/testkit/webgpu-device.ts";
import { sharedWebGpu } from "./shared-webgpu.ts";

const webgpu = sharedWebGpu();

const [rows, inputs, hidden, classes] = [32, 50, 40, 10];

function batch(step: number): [Tensor, Tensor] {
  const x = Float32Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * 1.7 + step));
  const y = Int32Array.from({ length: rows }, (_, i) => (i * 7 + step) % classes);
  return [tensor(x, { shape: [rows, inputs] }), tensor(y)];
}

/** Trains an MLP; `stepped` is told of each step when it is done. */
async function train(device: Device, options: { steps: number; compiled?: boolean; stepped?: (step: number) => void }) {
  setBackend(device);
  manualSeed(3);
  const model: Module = new Sequential(new Linear(inputs, hidden), new ReLU(), new Linear(hidden, classes));
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const update = (x: Tensor, y: Tensor): Tensor => {
    const loss = crossEntropy(model.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    void optimizer.step();
    return loss;
  };
  const run = options.compiled === true ? compile(update, { state: [model, optimizer] }) : update;
  const losses: number[] = [];
  for (let step = 0; step < options.steps; step++) {
    const loss = await run(...batch(step));
    options.stepped?.(step);
    losses.push(await loss.item());
  }
  return { losses, weights: await Promise.all(model.parameters().map((parameter) => parameter.data())) };
}

function expectSameTraining(got: Awaited<ReturnType<typeof train>>, want: Awaited<ReturnType<typeof train>>): void {
  got.losses.forEach((loss, i) => expect(loss).toBeCloseTo(want.losses[i], 4));
  got.weights.forEach((weights, p) => weights.forEach((w, i) => expect(w).toBeCloseTo(want.weights[p][i], 3)));
}

describe("an MLP trained on WebGPU", () => {
  it.each([false, true])("goes as on the reference, one submit a step (compiled: %s)", async (compiled) => {
    const counts: { submits: number; dispatches: number; pipelines: number }[] = [];
    const got = await train(webgpu(), { steps: 8, compiled, stepped: () => counts.push(webgpu().stats()) });
    expectSameTraining(got, await train(reference(), { steps: 8 }));
    // From the third step on the plan is settled: the loss, read after the first, is an output from then on.
    for (let step = 4; step < counts.length; step++) {
      expect(counts[step].submits - counts[step - 1].submits).toBe(1);
      expect(counts[step].dispatches - counts[step - 1].dispatches).toBeLessThanOrEqual(18);
      expect(counts[step].pipelines).toBe(counts[3].pipelines);
    }
  });

  it("holds no more memory after many steps", async () => {
    const own = await webgpuDevice(); // where no other model is, which would be dropped at some time or other
    const bytes: number[] = [];
    await train(own, { steps: 60, stepped: () => bytes.push(own.stats().totalBytes) });
    expect(bytes[59]).toBeLessThanOrEqual(bytes[20] + 60 * 256); // each loss that was read is still a result
    await own.idle();
    own.dispose();
  });
});

/** Draws on a device, always the same: twice, because the low word of the generator's counter wraps behind the first. */
async function draw(device: Device, make: (generator: Generator) => Tensor): Promise<TypedArray[]> {
  setBackend(device);
  const generator = new Generator(9);
  generator.state = { key: [9, 5], position: 4 * 2 ** 32 - 40 };
  return [await make(generator).data(), await make(generator).data()];
}

describe("random numbers on WebGPU", () => {
  it.each<[string, (generator: Generator) => Tensor]>([
    ["bits", (generator) => generator.bits([1001])],
    ["uniform", (generator) => random.uniform([999], { generator })],
    ["bernoulli", (generator) => random.bernoulli([100], { p: 0.3, generator })],
    ["randint", (generator) => random.randint([50], { high: 1000, generator })],
    ["permutation", (generator) => random.permutation(300, { generator })],
  ])("%s are those of the CPU backend", async (_, make) => {
    expect(await draw(webgpu(), make)).toEqual(await draw(cpu(), make));
  });

  it("normals are within 8 units in the last place of those of the CPU backend", async () => {
    const make = (generator: Generator): Tensor => random.normal([3001], { generator });
    const [got, want] = [await draw(webgpu(), make), await draw(cpu(), make)];
    // Near a zero of the cosine the angle, a float32 itself, decides; there the size of the radius counts.
    want.forEach((values, part) =>
      values.forEach((x, i) => {
        expect(Math.abs(got[part][i] - x)).toBeLessThan(8 * 2 ** -23 * Math.max(Math.abs(x), 0.25));
      }),
    );
  });
});
