import { NoAdapterError } from "@minima/backend-webgpu";
import { add, setBackend, tensor } from "@minima/tensor";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createBackend } from "../src/backend.ts";
import { describeError } from "../src/errors.ts";

afterEach(() => {
  vi.doUnmock("@minima/backend-webgpu");
  vi.doUnmock("@minima/backend-webgpu/software");
  vi.resetModules();
});

function none(message: string): () => Promise<never> {
  return () => Promise.reject(new NoAdapterError(message));
}

describe("the backend of the demo", () => {
  it("loads WebGPU only when it is asked for", async () => {
    const loaded = vi.fn(() => ({ NoAdapterError, webgpu: none("no GPU") }));
    vi.doMock("@minima/backend-webgpu", loaded);
    expect((await createBackend({ backend: "cpu", threads: 1 })).description).toBe("cpu, 1 thread");
    expect((await createBackend({ backend: "reference", threads: undefined })).description).toBe("reference");
    expect(loaded).not.toHaveBeenCalled();
  });

  it("names the adapter, also where it is software, and tells of kernels that are compiled", async () => {
    const told = vi.fn();
    const { device, threads, description } = await createBackend({ backend: "webgpu", threads: undefined }, told);
    expect(device.name).toBe("webgpu");
    expect(threads).toBe(1);
    expect(description).toMatch(/^webgpu, \S/);
    setBackend(device);
    expect((await add(tensor([1, 2]), 1).data())[1]).toBe(3);
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ compiled: 1, total: 1 }));
    if ("dispose" in device) device.dispose();
  });

  it("ends the demo with code 2 and one line where there is no adapter at all", async () => {
    vi.doMock("@minima/backend-webgpu", () => ({ NoAdapterError, webgpu: none("webgpu: no GPU.\nInstall one") }));
    vi.doMock("@minima/backend-webgpu/software", () => ({ softwareGpu: none("softwareGpu: no\ndriver") }));
    const error: unknown = await createBackend({ backend: "webgpu", threads: undefined }).catch((e: unknown) => e);
    const { text, code } = describeError(error);
    expect(code).toBe(2);
    expect(text).toMatch(/^--backend webgpu: .*no GPU.*; in software: softwareGpu: no driver$/);
  });

  it("refuses threads that it would not use", async () => {
    const options = { backend: "webgpu", threads: 2 } as const;
    await expect(createBackend(options)).rejects.toThrow("--threads 2 goes with --backend cpu");
  });
});
