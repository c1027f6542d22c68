import { ValueError, checkOptions } from "@minima/tensor";
import { findGpu } from "./adapter/find-gpu.ts";
import { isSoftware } from "./adapter/is-software.ts";
import { requestAdapter, requestDevice } from "./adapter/request-device.ts";
import { numbersSubgroups } from "./adapter/subgroups.ts";
import { DeviceBackend } from "./device-backend.ts";
import { tunings } from "./kernel/tuning.ts";
import type { WebGpuOptions } from "./options.ts";
import type { WebGpuBackend } from "./webgpu-backend.ts";

const optionNames: Readonly<Record<keyof WebGpuOptions, true>> = {
  powerPreference: true,
  features: true,
  adapter: true,
  gpu: true,
  limits: true,
  processor: true,
  onProgress: true,
};

/**
 * WebGPU as a backend: WGSL kernels generated at run time, one submit for each program.
 *
 * In a page or worker it takes `navigator.gpu`; in Node the npm package `webgpu`, which must be installed and is loaded
 * by this call alone. It never falls back to the CPU.
 *
 * @throws NoAdapterError if there is no adapter; the message says what was looked for and how to get one here
 * @throws ValueError for options that do not exist; if the adapter lacks a feature that was asked for, or offers less than a limit
 */
export async function webgpu(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  checkOptions("webgpu", options, optionNames);
  if (options.processor !== undefined && !Object.hasOwn(tunings, options.processor)) {
    throw new ValueError(`webgpu: processor ${options.processor} is none of ${Object.keys(tunings).join(", ")}`);
  }
  const { powerPreference, gpu, features, limits = {}, onProgress } = options;
  let adapter = options.adapter as GPUAdapter | undefined;
  if (adapter === undefined) {
    const found = gpu === undefined ? await findGpu() : { gpu: gpu as GPU, origin: "the gpu that was passed" };
    adapter = await requestAdapter(found, powerPreference);
  }
  const granted = await requestDevice(adapter, limits, features);
  const { processor = isSoftware(adapter.info) ? "cpu" : "gpu" } = options;
  const subgroups = await numbersSubgroups(granted.device);
  return new DeviceBackend(granted, adapter.info, { tuning: tunings[processor], subgroups, onProgress });
}
