import { existsSync } from "node:fs";
import { type WebGpuBackend, type WebGpuOptions, webgpu } from "../src/index.ts";
import { softwareGpu } from "../src/software/index.ts";

const hasGpu = process.platform !== "linux" || existsSync("/dev/dri") || existsSync("/dev/nvidia0");

/** A backend for tests: on the GPU of this machine if it has one, else on the software driver. */
export async function testBackend(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  return webgpu(hasGpu ? options : { gpu: await softwareGpu(), ...options });
}
