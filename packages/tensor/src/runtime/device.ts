import { type Device, checkDevice } from "../backend.ts";
import { NoBackendError } from "../errors.ts";

let current: Device | null = null;

/**
 * Chooses the device on which tensors made from now on live. Tensors made earlier without a device follow it too.
 *
 * @param device - A backend such as `cpu()`, or `reference()`; null for none.
 */
export function setBackend(device: Device | null): void {
  if (device !== null) checkDevice("setBackend", device);
  current = device;
}

/** The device chosen by `setBackend`, or null. */
export function getBackend(): Device | null {
  return current;
}

/** The device of work whose leaves are bound to `device`; throws `NoBackendError` when none was ever chosen. */
export function resolveDevice(device: Device | null): Device {
  const result = device ?? current;
  if (result === null) {
    throw new NoBackendError(
      "no backend has been chosen to run this on; write\n" +
        '  import { cpu } from "@minima/backend-cpu";\n' +
        "  setBackend(cpu());",
    );
  }
  return result;
}
