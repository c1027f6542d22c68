import { ValueError } from "@minima/tensor";
import { type DeviceLimits, limitNames } from "../device-limits.ts";
import { NoAdapterError } from "../errors.ts";
import { howToGetOne } from "./advice.ts";
import type { FoundGpu } from "./find-gpu.ts";

export async function requestAdapter(found: FoundGpu, powerPreference?: GPUPowerPreference): Promise<GPUAdapter> {
  const adapter = await found.gpu.requestAdapter(powerPreference === undefined ? {} : { powerPreference });
  if (adapter !== null) return adapter;
  const preference =
    powerPreference === undefined ? "any adapter" : `an adapter with powerPreference "${powerPreference}"`;
  throw new NoAdapterError(`webgpu: ${found.origin} was asked for ${preference} and has none. ${howToGetOne()}`);
}

/** A device with all that the adapter offers, and the limits to work within: those, or less where `lower` says so. */
export async function requestDevice(
  adapter: GPUAdapter,
  lower: Partial<DeviceLimits>,
): Promise<{ device: GPUDevice; limits: DeviceLimits }> {
  const limits: Record<string, number> = {};
  for (const name of limitNames) {
    const offered = adapter.limits[name];
    const asked = lower[name] ?? offered;
    if (asked > offered) throw new ValueError(`webgpu: limits.${name} is ${asked}, and this adapter offers ${offered}`);
    limits[name] = asked;
  }
  try {
    const device = await adapter.requestDevice({ label: "minima", requiredLimits: limits });
    return { device, limits: limits as DeviceLimits }; // all names are there
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NoAdapterError(
      `webgpu: the adapter gives no device (${reason}). An adapter gives one device: pass a fresh one, or none.`,
      { cause: error },
    );
  }
}
