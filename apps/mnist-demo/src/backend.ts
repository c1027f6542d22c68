import { cpu } from "@minima/backend-cpu";
import { type Device, reference } from "@minima/tensor";
import { UsageError } from "./errors.ts";
import type { DemoOptions } from "./options.ts";

/** The device of the options. */
export function createBackend({ backend, threads }: Pick<DemoOptions, "backend" | "threads">): Device {
  if (backend === "cpu") return cpu({ threads });
  if (threads > 1) throw new UsageError(`--threads ${threads} goes with --backend cpu; the reference has one thread`);
  return reference();
}
