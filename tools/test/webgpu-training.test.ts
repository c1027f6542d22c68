import { cpu } from "@minima/backend-cpu";
import { type Device, type Shape, reference, setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { cnn } from "../src/bench/cases/cnn.ts";
import { lstm } from "../src/bench/cases/lstm.ts";
import { mlp } from "../src/bench/cases/mlp.ts";
import { type Network, targets, trainingStep } from "../src/bench/cases/training.ts";
import { transformer } from "../src/bench/cases/transformer.ts";
import { filled } from "../src/bench/fill.ts";
import { isClose } from "../src/conformance/compare.ts";
import { sharedWebGpu } from "./shared-webgpu.ts";

const steps = 8;
/** A software adapter takes its time, above all to compile. */
const patience = 240_000;
/** As the fixtures allow for losses of networks in training. */
const tolerance = { rtol: 1e-3, atol: 1e-3 };

interface Case {
  readonly name: string;
  readonly make: () => Network;
  /** Of the network's input. */
  readonly shape: Shape;
  readonly batch: number;
}

/** Small versions of the networks of the benchmark, with extents that are no multiples of a tile. */
const cases: readonly Case[] = [
  { name: "an MLP", make: () => mlp([50, 37, 19]), shape: [21, 50], batch: 21 },
  {
    name: "a CNN",
    make: () => cnn({ batch: 5, extent: 12, channels: [6, 9], hidden: 21 }),
    shape: [5, 1, 12, 12],
    batch: 5,
  },
  { name: "an LSTM", make: () => lstm({ batch: 7, inputs: 10, hidden: 13 }), shape: [5 * 7, 10], batch: 7 },
  {
    name: "a transformer block",
    make: () => transformer({ batch: 3, length: 9, width: 24, heads: 4 }),
    shape: [3 * 9, 24],
    batch: 3,
  },
];

/** The losses of compiled steps, each on a batch of its own; `stepped` is told when one is done. */
async function train(device: Device, { make, shape, batch }: Case, stepped?: () => void): Promise<number[]> {
  setBackend(device);
  const step = trainingStep(make());
  const labels = targets(batch);
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const loss = await step(filled(shape, 1, 9 + (i % 3)), labels);
    stepped?.();
    losses.push(await loss.item());
  }
  return losses;
}

describe.each(["gpu", "cpu"] as const)("compiled training on WebGPU with kernels for a %s", (processor) => {
  const webgpu = sharedWebGpu({ processor });

  it.each(cases)(
    "gives the losses of the CPU and of the reference in one submit a step: $name",
    { timeout: patience },
    async (each) => {
      const submits: number[] = [];
      const got = await train(webgpu(), each, () => submits.push(webgpu().stats().submits));
      // What the first step computes apart, such as zeros for the optimizer, is there from the second on.
      for (let i = 2; i < steps; i++) expect(submits[i] - submits[i - 1]).toBe(1);
      for (const device of [cpu(), reference()]) {
        const want = await train(device, each);
        got.forEach((loss, i) => {
          expect(isClose(loss, want[i], tolerance), `step ${i}: ${loss}, ${device.name}: ${want[i]}`).toBe(true);
        });
      }
      expect(got[steps - 1]).toBeLessThan(got[steps - 1 - 3]); // on the same batch
    },
  );
});
