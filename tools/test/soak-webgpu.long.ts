import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebGpuBackend } from "@minima/backend-webgpu";
import { modes } from "../src/soak/modes.ts";
import type { Sample } from "../src/soak/sample.ts";
import { train } from "../src/soak/train.ts";
import { webgpuDevice } from "../src/testkit/webgpu-device.ts";

let backend: WebGpuBackend;
beforeAll(async () => {
  backend = await webgpuDevice();
});
afterAll(async () => {
  await backend.idle();
  backend.dispose();
});

describe("the training loops on WebGPU", () => {
  it.each(modes)("hold no more after 200 steps than after 100: %s", async (mode) => {
    const samples: (Sample & { readonly totalBytes: number })[] = [];
    await train(mode, 200, backend, (sample) => {
      samples.push({ ...sample, totalBytes: backend.stats().totalBytes });
    });
    const [early, late] = samples;
    expect([early.step, late.step]).toEqual([100, 200]);
    // Losses that were read move to the host every so often, together.
    expect(late.liveTensors).toBeLessThanOrEqual(early.liveTensors + 50);
    expect(late.backendBytes).toBeLessThanOrEqual(early.backendBytes * 1.05);
    expect(late.totalBytes).toBeLessThanOrEqual(early.totalBytes * 1.05);
  });
});
