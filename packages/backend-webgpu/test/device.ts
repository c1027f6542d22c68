import { existsSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { type WebGpuBackend, type WebGpuOptions, webgpu } from "../src/index.ts";
import { softwareGpu } from "../src/software/index.ts";

export const hasGpu = process.platform !== "linux" || existsSync("/dev/dri") || existsSync("/dev/nvidia0");

/**
 * A backend for tests: on the GPU of this machine if it has one, else on the software driver, with the kernels that GPUs
 * get if the options do not say otherwise.
 */
export async function testBackend(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  return webgpu({ processor: "gpu", ...(hasGpu ? {} : { gpu: await softwareGpu() }), ...options });
}

/** One backend for the tests of a file, which is there when they run. */
export function sharedBackend(options: WebGpuOptions = {}): () => WebGpuBackend {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await testBackend(options);
  });
  afterAll(async () => {
    await backend.idle();
    backend.dispose();
  });
  return () => backend;
}

/** An adapter of the software driver. */
export async function softwareAdapter(): Promise<GPUAdapter> {
  return (await (await softwareGpu()).requestAdapter()) as GPUAdapter;
}

/** A backend on the software driver with its device, to be watched, or destroyed. */
export async function openBackend(
  options: WebGpuOptions = {},
): Promise<{ readonly backend: WebGpuBackend; readonly device: GPUDevice }> {
  const adapter = await softwareAdapter();
  const device = new Promise<GPUDevice>((resolve) => {
    const request = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = async (descriptor) => {
      const made = await request(descriptor);
      resolve(made);
      return made;
    };
  });
  return { backend: await webgpu({ processor: "gpu", ...options, adapter }), device: await device };
}
