import { ValueError, getBackend } from "@minima/tensor";
import { DeviceBackend } from "../device-backend.ts";

/** What the kernels of one name did. */
export interface KernelProfile {
  /** The step of its program, the loops, and what is computed in them. */
  readonly label: string;
  readonly dispatches: number;
  /** Bytes bound: see `Profile.bytes`. */
  readonly bytes: number;
  /** Milliseconds by the clock of the GPU, where the device has `timestamp-query`. Browsers, and Dawn in Node, round each to 0.1 ms. */
  readonly gpuMs?: number;
}

/** What a piece of work had the device do. */
export interface Profile {
  /** Programs submitted. */
  readonly submits: number;
  /** Kernels run by them. */
  readonly dispatches: number;
  /**
   * Bytes bound: for each dispatch the bytes of the values in its bindings. A binding counts once, whether it is read,
   * written or both, and however often; a fused loop that touches a part of a value counts that part. Padding of buffers
   * and the block of scalars do not count.
   */
  readonly bytes: number;
  /** Copies to the host. */
  readonly copies: number;
  /** Pipelines compiled; none once the work has run before. */
  readonly pipelines: number;
  /** By kernel: the slowest first, or without times those that bind the most bytes. */
  readonly kernels: readonly KernelProfile[];
}

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
