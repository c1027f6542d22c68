import { describe, expect, it } from "vitest";
import "@minima/autograd";
import { type CpuBackend, cpu } from "@minima/backend-cpu";
import { Conv2d, Dropout, Flatten, Linear, MaxPool2d, type Module, ReLU, Sequential, crossEntropy } from "@minima/layers"; // prettier-ignore
import { Adam } from "@minima/optim";
import { type Tensor, manualSeed, matmul, ones, random, run, setBackend, tensor } from "@minima/tensor";

const batch = 32;
const classes = 10;

interface Net {
  readonly model: Module;
  input(): Tensor;
}

const nets: Readonly<Record<string, () => Net>> = {
  mlp: () => ({
    model: new Sequential(new Linear(200, 96), new ReLU(), new Dropout(0.2), new Linear(96, classes)),
    input: () => random.normal([batch, 200]),
  }),
  cnn: () => ({
    model: new Sequential(
      new Conv2d(1, 16, 5, { padding: 2 }), new ReLU(), new MaxPool2d(2),
      new Conv2d(16, 32, 3), new ReLU(), new MaxPool2d(2), // by tiles
      new Flatten(), new Linear(288, classes),
    ), // prettier-ignore
    input: () => random.normal([batch, 1, 16, 16]),
  }),
};

/** A backend whose threads are all up. */
async function start(threads: number): Promise<CpuBackend> {
  const backend = cpu({ threads });
  setBackend(backend);
  while (backend.startedThreads < threads) {
    await run(matmul(ones([300, 300]), ones([300, 300])));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return backend;
}

async function train(threads: number, make: () => Net, steps: number): Promise<Uint8Array[]> {
  const backend = await start(threads);
  manualSeed(11);
  const { model, input } = make();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  for (let step = 0; step < steps; step++) {
    const labels = tensor(Int32Array.from({ length: batch }, (_, i) => (i * 7 + step) % classes));
    const loss = crossEntropy(model.forward(input()), labels);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
    expect(backend.startedThreads).toBe(threads);
  }
  const weights: Uint8Array[] = [];
  for (const parameter of model.parameters()) {
    const { buffer, byteOffset, byteLength } = await parameter.data();
    weights.push(new Uint8Array(buffer, byteOffset, byteLength));
  }
  backend.dispose();
  return weights;
}

/** Law 5: checks that the bits of trained weights depend neither on the number of threads nor on the run. */
export function testTraining(steps: number): void {
  describe.each(Object.entries(nets))(`${steps} steps of the %s`, (_, make) => {
    it("give the same bits with 1, 2 and 3 threads, and in each run", async () => {
      const want = await train(1, make, steps);
      for (const threads of [1, 2, 2, 3, 3]) {
        const got = await train(threads, make, steps);
        expect(got.map((bytes, i) => Buffer.compare(bytes, want[i]))).toEqual(want.map(() => 0));
      }
    });
  });
}
