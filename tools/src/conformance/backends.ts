import type { Exports, Packages } from "./api.ts";
import type { BackendName } from "./options.ts";
import { UsageError } from "./outcome.ts";
import { messageOf } from "./read.ts";

/** What the runner asks of a backend itself. */
interface Device {
  /** Resolves when there is nothing left to be done; devices that finish at once have none. */
  idle?(): Promise<void>;
}

export interface BackendOptions {
  /** Threads of the CPU backend; undefined: as many as it chooses. */
  readonly threads: number | undefined;
  /** Starts the WebGPU backend: Node and pages come by a GPU in different ways. */
  readonly webgpu: () => Promise<unknown>;
}

const makers: Readonly<Record<BackendName, (packages: Packages, options: BackendOptions) => unknown>> = {
  reference: (packages) => create(packages.get("@minima/tensor"), "reference"),
  cpu: async (_, { threads }) => create(await import("@minima/backend-cpu"), "cpu", { threads }),
  webgpu: (_, { webgpu }) => webgpu(),
};

/** Makes `name` the backend that tensors are created on, and gives it. */
export async function useBackend(name: BackendName, packages: Packages, options: BackendOptions): Promise<Device> {
  const setBackend = packages.get("@minima/tensor")?.setBackend;
  if (typeof setBackend !== "function") throw new UsageError("@minima/tensor has no setBackend yet");
  let device: unknown;
  try {
    device = await makers[name](packages, options);
  } catch (error) {
    throw new UsageError(`--backend: ${name} does not start: ${messageOf(error)}`, { cause: error });
  }
  (setBackend as (backend: unknown) => void)(device);
  return device as Device; // setBackend has accepted it
}

function create(exports: Exports | undefined, name: string, ...args: readonly unknown[]): unknown {
  const factory = exports?.[name];
  if (typeof factory !== "function") throw new UsageError(`there is no backend ${name} yet`);
  return (factory as (...args: readonly unknown[]) => unknown)(...args);
}
