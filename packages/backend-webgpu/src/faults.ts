import { OutOfMemoryError } from "@minima/tensor";
import { type DeviceLostError, KernelError } from "./errors.ts";

/** Work fails first and the reason is told afterwards: for so long a failure waits to be explained. */
const graceMs = 1000;

/**
 * What went wrong on a device. WebGPU never throws at the call: errors come later, by events and scopes. From the first
 * one on nothing that is read can be trusted, so every read rejects with it.
 */
export class Faults {
  #first: Error | null = null;
  #lost: DeviceLostError | null = null;
  readonly #arrival: Promise<void>;
  #arrive: () => void = () => undefined;
  /** Resolves when the errors of all work so far are known. */
  #known: Promise<void> = Promise.resolve();

  constructor(device: GPUDevice) {
    device.addEventListener("uncapturederror", ({ error }) => this.add(error));
    this.#arrival = new Promise((resolve) => (this.#arrive = resolve));
  }

  /** Takes the end of the device: it outranks what came before, because nothing can be had from it any more. */
  lose(error: DeviceLostError): void {
    if (this.#lost !== null) return;
    this.#lost = this.#first = error;
    this.#arrive();
  }

  /** Throws if the device is gone. */
  checkLost(): void {
    if (this.#lost !== null) throw this.#lost;
  }

  /** Resolves when there is an error, or after a moment without. */
  async arrival(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moment = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
    await Promise.race([this.#arrival, moment]);
    clearTimeout(timer);
  }

  /** Takes an error of ours, or one of WebGPU. */
  add(error: unknown): void {
    this.#first ??= error instanceof Error ? error : fromWebGpu(error as GPUError);
    this.#arrive();
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
