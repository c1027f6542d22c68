import type { CpuBackend } from "@minima/backend-cpu";
import type { Backend } from "@minima/tensor";
import { UsageError } from "../conformance/outcome.ts";
import { messageOf } from "../conformance/read.ts";

export const backendNames = ["cpu", "webgpu"] as const;
export type BackendName = (typeof backendNames)[number];

/** A backend; of the CPU, over how many threads it spreads work, and for how wide vectors. */
type CommandBackend = Backend & Partial<Pick<CpuBackend, "threads" | "vectorBits">>;

const makers: Readonly<Record<BackendName, (threads: number | undefined) => Promise<CommandBackend>>> = {
  cpu: async (threads) => (await import("@minima/backend-cpu")).cpu({ threads }),
  webgpu: async () => (await import("../testkit/webgpu-device.ts")).webgpuDevice(),
};

/** Starts a backend, with its own choice of threads if none is given; one that does not start is the caller's mistake. */
export async function createBackend(name: BackendName, threads?: number): Promise<CommandBackend> {
  try {
    return await makers[name](threads);
  } catch (error) {
    throw new UsageError(`--backend ${name} does not start: ${messageOf(error)}`, { cause: error });
  }
}
