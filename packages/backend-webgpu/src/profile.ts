import { ValueError, getBackend } from "@minima/tensor";
import { DeviceBackend } from "./device-backend.ts";
import type { Profile } from "./profile/profile.ts";

/**
 * Runs work on the WebGPU backend that `setBackend` chose, and tells what the device did for it. Waits for the device
 * before and after, so that nothing else is counted. One profile at a time. With timestamps every dispatch is a pass of
 * its own, which makes the work as a whole somewhat slower; counts are the same.
 *
 * @param work - What is run; it should end what it begins, by a step or by reading.
 * @throws ValueError if the backend is another one, or already being profiled
 */
export async function profile(work: () => Promise<unknown>): Promise<Profile> {
  const backend = getBackend();
  if (!(backend instanceof DeviceBackend)) {
    throw new ValueError(
      `profile: the backend is ${backend?.name ?? "not chosen yet"}; call setBackend(await webgpu()) before`,
    );
  }
  return backend.profileWork(work);
}
