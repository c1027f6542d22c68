import { afterAll, vi } from "vitest";
import { webgpuDevice } from "../src/testkit/webgpu-device.ts";
import { testRandomPrograms } from "./random-programs.ts";

// A software adapter takes its time to compile, above all on a machine that is busy.
vi.setConfig({ testTimeout: 600_000 });

/**
 * How many buffers a kernel may bind, what processor kernels are for, and what share of the programs runs so. Buffers:
 * what the adapter offers, the number that WebGPU guarantees, and as few as possible, so that the planner has to cut.
 */
const settings = [
  { name: "webgpu", share: 1 / 3, processor: "gpu", limits: {} },
  { name: "webgpu on a CPU", share: 1 / 6, processor: "cpu", limits: {} },
  {
    name: "webgpu with 8 buffers a kernel",
    share: 1 / 3,
    processor: "gpu",
    limits: { maxStorageBuffersPerShaderStage: 8 },
  },
  {
    name: "webgpu with 5 buffers a kernel",
    share: 1 / 6,
    processor: "cpu",
    limits: { maxStorageBuffersPerShaderStage: 5 },
  },
] as const;

/** Checks `count` programs of 20 operations, those of the seeds from `first` on. */
export async function testOnWebGpu(first: number, count: number): Promise<void> {
  let from = first;
  for (const { name, share, processor, limits } of settings) {
    const device = await webgpuDevice({ processor, limits });
    afterAll(async () => {
      await device.idle();
      device.dispose();
    });
    const programs = { first: from, count: Math.round(share * count), length: 20, perTest: 25 };
    testRandomPrograms(name, () => ({ device, isIeee: false }), programs);
    from += programs.count;
  }
}
