import type { KernelLimits } from "./kernel.ts";

/** Invocations of a workgroup that work together, at most: 256, or what the device allows, as a power of two. */
export function mostLanes({ maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX }: KernelLimits): number {
  return 2 ** Math.floor(Math.log2(Math.min(256, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX)));
}
