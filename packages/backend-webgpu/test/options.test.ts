import { ValueError, conv2d, setBackend } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { type WebGpuOptions, webgpu } from "../src/index.ts";
import { openBackend, softwareAdapter } from "./device.ts";
import { floats } from "./values.ts";

describe("options that do not exist", () => {
  it.each<[string, unknown, RegExp]>([
    ["a name", { powerPreferences: "low-power" }, /webgpu: there is no option powerPreferences; there are powerPreference/],
    ["one of another backend", { threads: 2 }, /webgpu: there is no option threads/],
    ["no object", "high-performance", /webgpu: the options are one object, not high-performance/],
    ["a processor", { processor: "tpu" }, /webgpu: processor tpu is none of .*gpu/],
  ])("are refused: %s", async (_, options, message) => {
    await expect(webgpu(options as WebGpuOptions)).rejects.toThrow(message);
  }); // prettier-ignore
});

describe("optional features", () => {
  it("those of use are turned on that the adapter has", async () => {
    const { backend, device } = await openBackend();
    const offered = (await softwareAdapter()).features;
    const useful = ["shader-f16", "subgroups", "timestamp-query"].filter((name) => offered.has(name));
    expect([...backend.features].toSorted()).toEqual(useful);
    for (const name of useful) expect(device.features.has(name)).toBe(true);
    expect(device.features.has("depth-clip-control")).toBe(false); // there, and of no use
    backend.dispose();
  });

  it("those that are asked for are turned on, and no others", async () => {
    const { backend, device } = await openBackend({ features: ["depth-clip-control"] });
    expect([...backend.features]).toEqual(["depth-clip-control"]);
    expect(device.features.has("depth-clip-control")).toBe(true);
    expect(device.features.has("timestamp-query")).toBe(false);
    backend.dispose();
  });

  it("one that the adapter lacks is named, with those that it has", async () => {
    const failing = webgpu({ adapter: await softwareAdapter(), features: ["subgroups", "warp-drive"] });
    await expect(failing).rejects.toThrow(ValueError);
    await expect(failing).rejects.toThrow(/lacks warp-drive; it has .*timestamp-query/);
  });
});

describe("processor", () => {
  /** How many kernels a padded convolution takes: on a CPU one more, which writes the padding. */
  async function kernelsOfConvolution(options: WebGpuOptions): Promise<number> {
    const backend = await webgpu({ adapter: await softwareAdapter(), ...options });
    setBackend(backend);
    await conv2d(floats([2, 3, 9, 9]), floats([8, 3, 3, 3], 2), { padding: 1 }).data();
    const { dispatches } = backend.stats();
    backend.dispose();
    return dispatches;
  }

  it("says which kernels are taken; without it, the adapter", async () => {
    expect(await kernelsOfConvolution({ processor: "gpu" })).toBe(1);
    expect(await kernelsOfConvolution({ processor: "cpu" })).toBe(2);
    expect(await kernelsOfConvolution({})).toBe(2);
  });
});

describe("limits", () => {
  it("are those of the adapter, or less", async () => {
    const { backend, device } = await openBackend({ limits: { maxStorageBuffersPerShaderStage: 9 } });
    expect(backend.profile.maxSlotsPerStep).toBe(9);
    expect(device.limits.maxBufferSize).toBe((await softwareAdapter()).limits.maxBufferSize);
    backend.dispose();
  });

  it("are refused where the adapter offers less", async () => {
    const failing = webgpu({ adapter: await softwareAdapter(), limits: { maxBufferSize: 2 ** 50 } });
    await expect(failing).rejects.toThrow(/limits.maxBufferSize is .* and this adapter offers/);
  });
});
