import type { KernelOptions } from "./kernel-options.ts";
import type { CpuMemory } from "./memory/memory.ts";
import type { Kernels } from "./threads/kernels.ts";
import type { ThreadPool } from "./threads/pool.ts";

/** What kernels work on and are made for. */
export interface KernelResources {
  readonly memory: CpuMemory;
  readonly kernels: Kernels;
  /** Null where one thread does all the work. */
  readonly pool: ThreadPool | null;
  readonly options: KernelOptions;
}
