import { ValueError } from "@minima/tensor";
import { usefulFeatures } from "../device-features.ts";
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

/** A device, and what it may be used for. */
export interface GrantedDevice {
  readonly device: GPUDevice;
  /** Limits to work within: those of the device, or less where less was asked for. */
  readonly limits: DeviceLimits;
  /** Optional features that are turned on. */
  readonly features: ReadonlySet<string>;
}

/**
 * A device with all that the adapter offers, or less where `lower` says so.
 *
 * @param wanted - The optional features it must have; undefined for those of use that the adapter has.
 */
export async function requestDevice(
  adapter: GPUAdapter,
  lower: Partial<DeviceLimits>,
  wanted?: readonly string[],
): Promise<GrantedDevice> {
  const features = featuresFor(adapter, wanted);
  const limits: Record<string, number> = {};
  for (const name of limitNames) {
    const offered = adapter.limits[name];
    const asked = lower[name] ?? offered;
    if (asked > offered) throw new ValueError(`webgpu: limits.${name} is ${asked}, and this adapter offers ${offered}`);
    limits[name] = asked;
  }
  try {
    const requiredFeatures = [...features] as GPUFeatureName[]; // the adapter has them
    const device = await adapter.requestDevice({ label: "minima", requiredFeatures, requiredLimits: limits });
    return { device, features, limits: limits as DeviceLimits }; // all names are there
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NoAdapterError(
      `webgpu: the adapter gives no device (${reason}). An adapter gives one device: pass a fresh one, or none.`,
      { cause: error },
    );
  }
}

function featuresFor({ features }: GPUAdapter, wanted: readonly string[] | undefined): ReadonlySet<string> {
  if (wanted === undefined) return new Set(usefulFeatures.filter((name) => features.has(name)));
  const missing = wanted.filter((name) => !features.has(name));
  if (missing.length > 0) {
    throw new ValueError(
      `webgpu: features: this adapter lacks ${missing.join(", ")}; it has ${[...features].toSorted().join(", ")}. ` +
        "Leave out what it lacks: without `features` those of use are turned on that there are",
    );
  }
  return new Set(wanted);
}
