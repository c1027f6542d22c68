import { OutOfMemoryError } from "@minima/tensor";
import { DeviceLostError, KernelError } from "./errors.ts";

/**
 * What went wrong on a device. WebGPU never throws at the call: errors come later, by events and scopes. From the first
 * one on nothing that is read can be trusted, so every read rejects with it.
 */
export class Faults {
  #first: Error | null = null;
  /** Resolves when the errors of all work so far are known. */
  #known: Promise<void> = Promise.resolve();

  constructor(device: GPUDevice) {
    device.addEventListener("uncapturederror", ({ error }) => this.add(error));
    void device.lost.then(({ reason, message }) => {
      this.add(new DeviceLostError(`webgpu: the device was lost (${reason}): ${message}`));
    });
  }

  /** Takes an error of ours, or one of WebGPU. */
  add(error: unknown): void {
    this.#first ??= error instanceof Error ? error : fromWebGpu(error as GPUError);
  }

  /** Watches work whose errors are not known yet; it must not reject. */
  watch(checking: Promise<void>): void {
    this.#known = Promise.all([this.#known, checking]).then(() => undefined);
  }

  /** Throws the first error so far. */
  check(): void {
    if (this.#first !== null) throw this.#first;
  }

  /** Resolves when the errors of all work so far are known; then `check` tells. */
  get known(): Promise<void> {
    return this.#known;
  }
}

function fromWebGpu(error: GPUError): Error {
  if (error.constructor.name === "GPUOutOfMemoryError") {
    return new OutOfMemoryError(`webgpu: the device is out of memory: ${error.message}`, { cause: error });
  }
  return new KernelError(`webgpu: the device refused work: ${error.message}`, { cause: error });
}
