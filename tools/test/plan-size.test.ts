import { describe, expect, it } from "vitest";
import { cnnTraining } from "../src/bench/cases/cnn.ts";
import { lstmTraining } from "../src/bench/cases/lstm.ts";
import { mlpTraining } from "../src/bench/cases/mlp.ts";
import { transformerTraining } from "../src/bench/cases/transformer.ts";
import { plannedSteps } from "./planned-steps.ts";

describe("training steps of the benchmark are planned as few kernels", () => {
  it.each([
    { name: "the MLP", make: mlpTraining, buffers: 12, most: 13 },
    { name: "the MLP", make: mlpTraining, buffers: 8, most: 16 },
    { name: "the CNN", make: cnnTraining, buffers: 12, most: 25 },
    { name: "the CNN", make: cnnTraining, buffers: 8, most: 29 },
    { name: "the transformer", make: transformerTraining, buffers: 12, most: 40 },
    { name: "the transformer", make: transformerTraining, buffers: 8, most: 50 },
    // Four for each of the 32 time steps, and what stands around them.
    { name: "the LSTM", make: lstmTraining, buffers: 12, most: 138 },
  ])("$name: at most $most where a kernel may bind $buffers buffers", async ({ make, buffers, most }) => {
    expect((await plannedSteps(make, { maxSlotsPerStep: buffers })).length).toBeLessThanOrEqual(most);
  });
});
