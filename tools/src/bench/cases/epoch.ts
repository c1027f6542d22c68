import { tensor } from "@minima/tensor";
import type { BenchCase } from "../case.ts";
import { countWork } from "../device-work.ts";
import { fill, labels } from "../fill.ts";
import { median } from "../time.ts";
import { mlp } from "./mlp.ts";
import { trainingStep } from "./training.ts";

const rows = 60_000;
const batch = 128;
const warmSteps = 3;
/** An epoch that has not ended by now ends early; the line says how many rows it did. */
const longestMs = 20_000;

/** One epoch of the MLP over as many rows as MNIST has, a new batch every step, reading each loss. */
export const epochCase: BenchCase = {
  name: "epoch_mlp",
  async measure() {
    const [x, y] = [fill(rows * 784, 0.5, 9), labels(rows, 10)];
    const step = trainingStep(mlp());
    const stepOn = async (index: number): Promise<void> => {
      const [from, to] = [index * batch, (index + 1) * batch];
      const images = tensor(x.subarray(from * 784, to * 784), { shape: [batch, 784] });
      const classes = tensor(y.subarray(from * 10, to * 10), { shape: [batch, 10] });
      const loss = await (await step(images, classes)).item();
      if (!Number.isFinite(loss)) throw new Error(`the loss of step ${index} is ${loss}`);
    };
    for (let i = 0; i < warmSteps; i++) await stepOn(i);
    const times: number[] = [];
    const start = performance.now();
    let end = start;
    for (let i = 0; (i + 1) * batch <= rows && end - start < longestMs; i++) {
      await stepOn(i);
      const now = performance.now();
      times.push(now - end);
      end = now;
    }
    const done = times.length * batch;
    const work = await countWork(() => stepOn(0));
    return {
      median_ms: median(times),
      min_ms: Math.min(...times),
      samples: times.length,
      rows: done,
      samples_per_s: (done / (end - start)) * 1000,
      ...work,
    };
  },
};
