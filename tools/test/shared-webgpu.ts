import type { WebGpuBackend, WebGpuOptions } from "@minima/backend-webgpu";
import { afterAll, beforeAll } from "vitest";
import { webgpuDevice } from "../src/testkit/webgpu-device.ts";

/** One backend for the tests of a file, or of a `describe`, which is there when they run. */
export function sharedWebGpu(options: WebGpuOptions = {}): () => WebGpuBackend {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await webgpuDevice(options);
  });
  afterAll(async () => {
    await backend.idle();
    backend.dispose();
  });
  return () => backend;
}
