import { describe, expect, it } from "vitest";
import { collectGarbage } from "../src/testkit/collect-garbage.ts";
import { modes } from "../src/soak/modes.ts";
import type { Sample } from "../src/soak/sample.ts";
import { train } from "../src/soak/train.ts";
import { sharedWebGpu } from "./shared-webgpu.ts";

const webgpu = sharedWebGpu();

/** Buffers that wait to be used again take this many bytes at most: as many as the longest pause of the collector left. */
const idleBytes = 256 * 2 ** 20;

describe("the training loops on WebGPU", () => {
  it.each(modes)("hold no more after 200 steps than after 100: %s", async (mode) => {
    const samples: (Sample & { readonly totalBytes: number })[] = [];
    const report = (sample: Sample): void => {
      samples.push({ ...sample, totalBytes: webgpu().stats().totalBytes });
    };
    await train(mode, 200, webgpu(), report, collectGarbage);
    const [early, late] = samples;
    expect([early.step, late.step]).toEqual([100, 200]);
    // Losses that were read move to the host every so often, together.
    expect(late.liveTensors).toBeLessThanOrEqual(early.liveTensors + 50);
    expect(late.backendBytes).toBeLessThanOrEqual(early.backendBytes * 1.05);
    expect(late.totalBytes).toBeLessThanOrEqual(late.backendBytes + idleBytes);
  });
});
