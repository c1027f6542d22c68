import { type DType, type TypedArray, bytesPerElement, hostView } from "@minima/tensor";
import { bufferUsage, mapModeRead } from "../constants.ts";
import { sizeClass } from "./size-class.ts";

/** Staging buffers that wait for the next read may take this many bytes. */
const idleBudget = 16 * 2 ** 20;

/** Reads buffers by way of staging buffers, which the host can map. */
export class Reader {
  readonly #device: GPUDevice;
  readonly #idle: GPUBuffer[] = [];
  #idleBytes = 0;
  /** Copies submitted so far; they are not programs. */
  copies = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** The contents of a buffer as of now, in queue order. */
  async read(source: GPUBuffer, dtype: DType, size: number): Promise<TypedArray> {
    const bytes = Math.ceil((size * bytesPerElement[dtype]) / 4) * 4;
    const staging = this.#take(bytes);
    const encoder = this.#device.createCommandEncoder({ label: "read" });
    encoder.copyBufferToBuffer(source, 0, staging, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    this.copies++;
    try {
      await staging.mapAsync(mapModeRead, 0, bytes);
    } catch (error) {
      staging.destroy();
      throw error;
    }
    const copy = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    this.#giveBack(staging);
    return hostView(dtype, copy, 0, size);
  }

  dispose(): void {
    for (const staging of this.#idle.splice(0)) staging.destroy();
    this.#idleBytes = 0;
  }

  #take(bytes: number): GPUBuffer {
    const size = sizeClass(bytes);
    const at = this.#idle.findIndex((staging) => staging.size === size);
    if (at >= 0) {
      this.#idleBytes -= size;
      return this.#idle.splice(at, 1)[0];
    }
    return this.#device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyDestination });
  }

  #giveBack(staging: GPUBuffer): void {
    this.#idle.push(staging);
    this.#idleBytes += staging.size;
    while (this.#idleBytes > idleBudget) {
      const oldest = this.#idle.shift();
      if (oldest === undefined) return;
      this.#idleBytes -= oldest.size;
      oldest.destroy();
    }
  }
}
