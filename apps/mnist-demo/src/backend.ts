import { cpu } from "@minima/backend-cpu";
import { type Device, reference } from "@minima/tensor";
import { UsageError } from "./errors.ts";
import type { DemoOptions } from "./options.ts";

/** A device, and how many threads it works with. */
export interface DemoBackend {
  readonly device: Device;
  readonly threads: number;
}

/** What the options ask for. */
export function createBackend({ backend, threads }: Pick<DemoOptions, "backend" | "threads">): DemoBackend {
  if (backend === "cpu") {
    const device = cpu({ threads });
    return { device, threads: device.threads };
  }
  if (threads !== undefined && threads > 1) {
    throw new UsageError(`--threads ${threads} goes with --backend cpu; the reference has one thread`);
  }
  return { device: reference(), threads: 1 };
}
