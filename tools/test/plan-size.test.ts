import { cpu } from "@minima/backend-cpu";
import { type Backend, type Step, setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import type { Work } from "../src/bench/case.ts";
import { cnnTraining } from "../src/bench/cases/cnn.ts";
import { lstmTraining } from "../src/bench/cases/lstm.ts";
import { mlpTraining } from "../src/bench/cases/mlp.ts";
import { transformerTraining } from "../src/bench/cases/transformer.ts";

/** The steps of a compiled training step where a kernel may bind so many buffers. */
async function stepsOf(make: () => Work, maxSlotsPerStep: number): Promise<readonly Step[]> {
  const device = cpu();
  let steps: readonly Step[] = [];
  const observed: Backend = {
    ...device,
    profile: { ...device.profile, maxSlotsPerStep },
    compile(compiled) {
      steps = compiled;
      return device.compile(compiled);
    },
  };
  setBackend(observed);
  const work = make();
  for (let i = 0; i < 2; i++) await work.run(); // the first also computes what the second finds
  device.dispose();
  return steps;
}

describe("training steps of the benchmark are planned as few kernels", () => {
  it.each([
    { name: "the MLP", make: mlpTraining, buffers: 12, most: 13 },
    { name: "the MLP", make: mlpTraining, buffers: 8, most: 16 },
    { name: "the CNN", make: cnnTraining, buffers: 12, most: 26 },
    { name: "the CNN", make: cnnTraining, buffers: 8, most: 30 },
    { name: "the transformer", make: transformerTraining, buffers: 12, most: 52 },
    { name: "the transformer", make: transformerTraining, buffers: 8, most: 62 },
    // Four for each of the 32 time steps, and what stands around them.
    { name: "the LSTM", make: lstmTraining, buffers: 12, most: 138 },
  ])("$name: at most $most where a kernel may bind $buffers buffers", async ({ make, buffers, most }) => {
    expect((await stepsOf(make, buffers)).length).toBeLessThanOrEqual(most);
  });
});
