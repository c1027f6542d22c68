// A page that trains: the bundlers get it as a user would write it.
import "@minima/autograd";
import { cpu } from "@minima/backend-cpu";
import { DataLoader, arrayDataset } from "@minima/data";
import { Linear, ReLU, Sequential, crossEntropy } from "@minima/layers";
import { Adam } from "@minima/optim";
import { manualSeed, setBackend, tensor } from "@minima/tensor";
import { decodeSafetensors, encodeSafetensors } from "@minima/tensor/safetensors";
import { Trainer, accuracy } from "@minima/train";

/** Trains a small network to tell on which side of a parabola a point lies. */
async function main() {
  setBackend(cpu());
  manualSeed(1);
  const points = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * 12.9898 + Math.floor(i / 2)) * 2);
  const sides = Int32Array.from({ length: 256 }, (_, i) => {
    const [x = 0, y = 0] = points.subarray(2 * i);
    return Number(y > x * x - 1);
  });
  const dataset = arrayDataset({ inputs: { data: points, shape: [256, 2] }, targets: { data: sides } });
  const model = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2));
  const trainer = new Trainer({
    model,
    optimizer: new Adam(model.parameters(), { lr: 0.02 }),
    loss: crossEntropy,
    metrics: { accuracy: accuracy() },
  });
  const { epochs } = await trainer.fit(new DataLoader(dataset, { batchSize: 32, shuffle: true, seed: 1 }), {
    epochs: 10,
  });
  const doubled = await tensor([1, 2]).mul(2).data();
  const file = encodeSafetensors(new Map([["doubled", { dtype: "float32", shape: [2], data: doubled }]]));
  const [read] = decodeSafetensors(file).tensors.values();
  return { accuracy: epochs.at(-1)?.trainAccuracy, doubled: Array.from(read?.data ?? []) };
}

(globalThis as { result?: ReturnType<typeof main> }).result = main();
