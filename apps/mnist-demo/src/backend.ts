import { existsSync } from "node:fs";
import { cpu } from "@minima/backend-cpu";
import type { WebGpuBackend } from "@minima/backend-webgpu";
import { type Device, reference } from "@minima/tensor";
import { UsageError } from "./errors.ts";
import type { DemoOptions } from "./options.ts";

/** A device, and how the demo speaks of it. */
export interface DemoBackend {
  readonly device: Device;
  /** How many threads it works with. */
  readonly threads: number;
  /** Whether the cpu adds products with one rounding; null for other backends. */
  readonly relaxedSimd: boolean | null;
  readonly description: string;
}

/** What is told of kernels that are compiled while training starts. */
export type CompileListener = (progress: { readonly compiled: number; readonly total: number }) => void;

/** What the options ask for. */
export async function createBackend(
  { backend, threads }: Pick<DemoOptions, "backend" | "threads">,
  onProgress?: CompileListener,
): Promise<DemoBackend> {
  if (backend === "cpu") {
    const device = cpu({ threads });
    const count = `${device.threads} thread${device.threads === 1 ? "" : "s"}`;
    return { device, threads: device.threads, relaxedSimd: device.relaxedSimd, description: `cpu, ${count}` };
  }
  if (threads !== undefined && threads > 1) {
    throw new UsageError(`--threads ${threads} goes with --backend cpu; ${backend} has one thread here`);
  }
  if (backend === "reference") return { device: reference(), threads: 1, relaxedSimd: null, description: backend };
  const device = await createWebGpu(onProgress);
  const { description, device: model, vendor } = device.adapterInfo;
  const adapter = description || model || vendor;
  return { device, threads: 1, relaxedSimd: null, description: adapter === "" ? backend : `${backend}, ${adapter}` };
}

/** Whether this machine seems to have a GPU; on Linux, one that a container lets through. */
function seemsToHaveGpu(): boolean {
  return process.platform !== "linux" || existsSync("/dev/dri") || existsSync("/dev/nvidia0");
}

/** A GPU, or where there is none the software adapter, which the description names. Loaded only when asked for. */
async function createWebGpu(onProgress: CompileListener | undefined): Promise<WebGpuBackend> {
  const { NoAdapterError, webgpu } = await import("@minima/backend-webgpu");
  let reason = "this machine shows no GPU";
  if (seemsToHaveGpu()) {
    try {
      return await webgpu({ onProgress });
    } catch (error) {
      if (!(error instanceof NoAdapterError)) throw error;
      reason = error.message;
    }
  }
  const { softwareGpu } = await import("@minima/backend-webgpu/software");
  try {
    return await webgpu({ gpu: await softwareGpu(), onProgress });
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    throw new UsageError(`--backend webgpu: ${reason}; in software: ${error.message}`, { cause: error });
  }
}
