import { afterAll, vi } from "vitest";
import { webgpuDevice } from "../src/testkit/webgpu-device.ts";
import { testRandomPrograms } from "./random-programs.ts";

// A software adapter takes its time to compile, above all on a machine that is busy.
vi.setConfig({ testTimeout: 600_000 });

/**
 * How many buffers a kernel may bind, and what share of the programs runs so: what the adapter offers, the number that
 * WebGPU guarantees, and as few as possible, so that the planner has to cut.
 */
const settings = [
  { name: "webgpu", share: 1 / 2, limits: {} },
  { name: "webgpu with 8 buffers a kernel", share: 1 / 3, limits: { maxStorageBuffersPerShaderStage: 8 } },
  { name: "webgpu with 5 buffers a kernel", share: 1 / 6, limits: { maxStorageBuffersPerShaderStage: 5 } },
];

/** Checks `count` programs of 20 operations, those of the seeds from `first` on. */
export async function testOnWebGpu(first: number, count: number): Promise<void> {
  let from = first;
  for (const { name, share, limits } of settings) {
    const device = await webgpuDevice({ limits });
    afterAll(async () => {
      await device.idle();
      device.dispose();
    });
    const programs = { first: from, count: Math.round(share * count), length: 20, perTest: 25 };
    testRandomPrograms(name, () => ({ device, isIeee: false }), programs);
    from += programs.count;
  }
}
