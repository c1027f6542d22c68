import { type ArrayDataset, DataLoader, arrayDataset } from "@minima/data";
import { Linear, crossEntropy } from "@minima/layers";
import { SGD } from "@minima/optim";
import { manualSeed } from "@minima/tensor";
import { type Callback, type LossFunction, Trainer, accuracy } from "../src/index.ts";

/** Points of three classes around three centres; `spread` makes the classes overlap. */
export function blobs(count: number, options: { spread?: number; seed?: number } = {}): ArrayDataset {
  const { spread = 0.5, seed = 1 } = options;
  let state = seed;
  // A linear congruential generator will do for test data.
  const random = (): number => (state = (state * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
  const inputs = new Float32Array(2 * count);
  const targets = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * (i % 3)) / 3;
    inputs[2 * i] = Math.cos(angle) + spread * (random() - 0.5);
    inputs[2 * i + 1] = Math.sin(angle) + spread * (random() - 0.5);
    targets[i] = i % 3;
  }
  return arrayDataset({ inputs: { data: inputs, shape: [count, 2] }, targets: { data: targets } });
}

export function loaderOf(dataset: ArrayDataset, batchSize = 8, shuffle = true): DataLoader {
  return new DataLoader(dataset, { batchSize, shuffle, seed: 1 });
}

/** A linear classifier of the blobs with its trainer. */
export function blobTrainer(options: { lr?: number; loss?: LossFunction; callbacks?: Callback[] } = {}) {
  manualSeed(1);
  const model = new Linear(2, 3);
  const optimizer = new SGD(model.parameters(), { lr: options.lr ?? 0.5 });
  const loss = options.loss ?? crossEntropy;
  const metrics = { accuracy: accuracy() };
  return new Trainer({ model, optimizer, loss, metrics, callbacks: options.callbacks });
}

/** The values of all variables of the trainer's model. */
export async function parametersOf(trainer: Pick<Trainer, "model">): Promise<Record<string, number[]>> {
  const entries = Object.entries(trainer.model.stateDict());
  return Object.fromEntries(
    await Promise.all(entries.map(async ([name, value]) => [name, Array.from(await value.data())] as const)),
  );
}
