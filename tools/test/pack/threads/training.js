import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { Linear, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import { manualSeed, random, setBackend, tensor } from "@minima/tensor";

/**
 * Trains a small network for some steps, and gives its weights.
 *
 * @param {import("@minima/tensor").Device} backend
 */
async function train(backend) {
  setBackend(backend);
  manualSeed(1);
  const model = new Sequential(new Linear(256, 256), new ReLU(), new Linear(256, 10));
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const labels = tensor(Int32Array.from({ length: 64 }, (_, i) => (i * 7) % 10));
  for (let step = 0; step < 5; step++) {
    const loss = crossEntropy(model.forward(random.normal([64, 256])), labels);
    optimizer.zeroGrad();
    loss.backward();
    await optimizer.step();
  }
  const weights = [];
  for (const parameter of model.parameters()) weights.push(...(await parameter.data()));
  return weights;
}

/**
 * Trains with one thread, and with two once both are up; says whether they were, and whether the weights have the same bits.
 *
 * @param {{ workerUrl?: string, patienceMs?: number }} [options] - Where the script of the threads lies, and how long they
 *   may take to start.
 */
export async function trainWithThreads({ workerUrl, patienceMs = 10_000 } = {}) {
  const expected = await train(cpu({ threads: 1 }));
  const backend = cpu({ threads: 2, workerUrl });
  const since = performance.now();
  while (backend.startedThreads < backend.threads && performance.now() - since < patienceMs) {
    await train(backend);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const weights = await train(backend);
  const { threads, startedThreads } = backend;
  backend.dispose();
  return { threads, startedThreads, isSame: weights.every((weight, i) => Object.is(weight, expected[i])) };
}
