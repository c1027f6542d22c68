import type { Exports, Packages } from "./api.ts";
import type { BackendName } from "./options.ts";
import { UsageError } from "./outcome.ts";
import { messageOf } from "./read.ts";

const loaders: Readonly<Record<BackendName, (packages: Packages, threads: number | undefined) => unknown>> = {
  reference: (packages) => create(packages.get("@minima/tensor"), "reference"),
  cpu: async (_, threads) => create(await load("cpu", import("@minima/backend-cpu")), "cpu", { threads }),
  webgpu: async () => create(await load("webgpu", import("../testkit/webgpu-device.ts")), "webgpuDevice"),
};

/** Makes `name` the backend that tensors are created on, the CPU's with so many threads, or as many as it chooses. */
export async function useBackend(name: BackendName, packages: Packages, threads?: number): Promise<void> {
  const setBackend = packages.get("@minima/tensor")?.setBackend;
  if (typeof setBackend !== "function") throw new UsageError("@minima/tensor has no setBackend yet");
  (setBackend as (backend: unknown) => void)(await loaders[name](packages, threads));
}

/** Backends are loaded when they are asked for: one may be missing. */
async function load(name: BackendName, importing: Promise<unknown>): Promise<Exports> {
  try {
    return (await importing) as Exports;
  } catch (error) {
    throw new UsageError(`--backend: there is no backend ${name} here: ${messageOf(error)}`, { cause: error });
  }
}

async function create(exports: Exports | undefined, name: string, ...args: readonly unknown[]): Promise<unknown> {
  const factory = exports?.[name];
  if (typeof factory !== "function") throw new UsageError(`--backend: there is no backend ${name} yet`);
  try {
    return await (factory as (...args: readonly unknown[]) => unknown)(...args);
  } catch (error) {
    throw new UsageError(`--backend: ${name} does not start: ${messageOf(error)}`, { cause: error });
  }
}
