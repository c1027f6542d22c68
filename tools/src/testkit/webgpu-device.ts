import { existsSync } from "node:fs";
import { type WebGpuBackend, type WebGpuOptions, webgpu } from "@minima/backend-webgpu";
import { softwareGpu } from "@minima/backend-webgpu/software";

/** Whether this machine seems to have a GPU; on Linux, one that a container lets through. */
const hasGpu = process.platform !== "linux" || existsSync("/dev/dri") || existsSync("/dev/nvidia0");

/** WebGPU on the GPU of this machine; without one, on the software driver, which is slow and right. */
export async function webgpuDevice(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  return webgpu(hasGpu ? options : { gpu: await softwareGpu(), ...options });
}
