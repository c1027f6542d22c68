import type { Backend } from "@minima/tensor";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

export const backendNames = ["cpu", "webgpu"] as const;
export type BackendName = (typeof backendNames)[number];

const makers: Readonly<Record<BackendName, (threads: number) => Promise<Backend>>> = {
  cpu: async (threads) => (await import("@minima/backend-cpu")).cpu({ threads }),
  webgpu: async () => (await import("../testkit/webgpu-device.ts")).webgpuDevice(),
};

/** Starts a backend; one that is not there or does not start is the caller's mistake. */
export async function createBackend(name: BackendName, threads = 1): Promise<Backend> {
  try {
    return await makers[name](threads);
  } catch (error) {
    throw new UsageError(`--backend ${name} does not start: ${messageOf(error)}`, { cause: error });
  }
}
