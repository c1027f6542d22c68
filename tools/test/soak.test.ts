import { cpu } from "@minima/backend-cpu";
import { describe, expect, it } from "vitest";
import { collectGarbage } from "../src/testkit/collect-garbage.ts";
import { modes } from "../src/soak/modes.ts";
import type { Sample } from "../src/soak/sample.ts";
import { soak } from "../src/soak/soak.ts";
import { train } from "../src/soak/train.ts";
import { judge } from "../src/soak/verdict.ts";

async function run(...args: readonly string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await soak(args, { line: (text) => lines.push(text), error: (text) => errors.push(text) });
  return { code, lines, errors };
}

describe("the training loops", () => {
  it.each(modes)("hold no more on the device after 250 steps than after 100: %s", async (mode) => {
    const samples: Sample[] = [];
    await train(mode, 250, cpu(), (sample) => samples.push(sample), collectGarbage);
    expect(samples.map(({ step }) => step)).toEqual([100, 250]);
    const [early, late] = samples;
    expect(early.liveTensors).toBeGreaterThan(12); // parameters and moments
    expect(early.backendBytes).toBeGreaterThan(4 * 784 * 128);
    // More by the last batch and its results.
    expect(late.liveTensors).toBeLessThanOrEqual(1.1 * early.liveTensors + 3);
    expect(late.backendBytes).toBeLessThanOrEqual(1.1 * early.backendBytes + 4 * 128 * 784);
    expect(late.rssBytes).toBeGreaterThan(1e6);
    expect(late.peakRssBytes).toBeGreaterThanOrEqual(late.rssBytes);
  });
});

const sample: Sample = {
  ...{ mode: "eager", step: 1000, rssBytes: 100e6, peakRssBytes: 120e6 },
  ...{ heapBytes: 1e6, backendBytes: 1000, liveTensors: 20, keptTensors: 0 },
};

describe("the verdict", () => {
  it.each<[string, Partial<Sample>, boolean]>([
    ["the same", {}, true],
    ["a little more", { rssBytes: 105e6, backendBytes: 1050, liveTensors: 21 }, true],
    ["less", { rssBytes: 80e6, backendBytes: 10, liveTensors: 1 }, true],
    ["a larger process", { rssBytes: 106e6 }, false],
    ["more on the device", { backendBytes: 1060 }, false],
    ["more tensors", { liveTensors: 22 }, false],
    ["more kept", { rssBytes: 109e6, keptTensors: 9000 }, true],
    ["more than is kept", { rssBytes: 115e6, keptTensors: 9000 }, false],
    ["a peak", { peakRssBytes: 301e6 }, false],
  ])("of %s", (_, change, isFlat) => {
    expect(judge([sample, { ...sample, step: 10_000, ...change }]).isFlat).toBe(isFlat);
  });

  it("gives the changes since step 1,000, whatever was before", () => {
    const last = { ...sample, step: 2000, rssBytes: 103e6, liveTensors: 40 };
    expect(judge([{ ...sample, step: 100, rssBytes: 1 }, sample, last]).text).toBe(
      "NOT FLAT from step 1000 to step 2000: rssBytes +3.0 %, backendBytes +0.0 %, liveTensors +100.0 %; peak RSS 120 MB",
    );
  });

  it("does not judge what it has not seen", () => {
    expect(judge([sample])).toEqual({
      isFlat: true,
      text: "peak RSS 120 MB; only more than 1000 steps show whether memory stays flat",
    });
  });
});

describe("the command", () => {
  it.each([
    [[], /--steps N is missing/],
    [["--steps", "many"], /--steps: "many" is not a number/],
    [["--steps", "10", "--mode", "lazy"], /--mode: "lazy" is not one of eager, eager-reading, carried, compiled/],
    [["--steps", "10", "--gc"], /--gc.*--help/],
  ])("refuses %s", async (args, message) => {
    const { code, lines, errors } = await run(...args);
    expect([code, lines]).toEqual([2, []]);
    expect(errors.join()).toMatch(message);
  });
});
