import { bufferUsage } from "../constants.ts";
import { sizeClass } from "./size-class.ts";

/** Staging buffers that wait for the next read: so many, and no more bytes than this. */
const idleCount = 4;
const idleBudget = 16 * 2 ** 20;

/** Buffers that the host can map. Those that are unmapped again go round, the one that waited longest first. */
export class StagingRing {
  readonly #device: GPUDevice;
  readonly #maxBufferSize: number;
  readonly #idle: GPUBuffer[] = [];
  /** Bytes of those there are, waiting or not. */
  bytes = 0;

  constructor(device: GPUDevice, maxBufferSize: number) {
    this.#device = device;
    this.#maxBufferSize = maxBufferSize;
  }

  take(bytes: number): GPUBuffer {
    // A much larger one is left for those who need it.
    const at = this.#idle.findIndex(({ size }) => size >= bytes && size <= 4 * sizeClass(bytes));
    if (at >= 0) return this.#idle.splice(at, 1)[0];
    const size = Math.min(sizeClass(bytes), this.#maxBufferSize);
    this.bytes += size;
    return this.#device.createBuffer({
      label: "staging",
      size,
      usage: bufferUsage.mapRead | bufferUsage.copyDestination,
    });
  }

  /** Takes back a buffer that is not mapped. */
  giveBack(staging: GPUBuffer): void {
    this.#idle.push(staging);
    while (this.#idle.length > idleCount || sum(this.#idle) > idleBudget) {
      const oldest = this.#idle.shift();
      if (oldest !== undefined) this.destroy(oldest);
    }
  }

  /** Takes a buffer out for good. */
  destroy(staging: GPUBuffer): void {
    this.bytes -= staging.size;
    staging.destroy();
  }

  /** Destroys those that wait. */
  dispose(): void {
    for (const staging of this.#idle.splice(0)) this.destroy(staging);
  }
}

function sum(buffers: readonly GPUBuffer[]): number {
  return buffers.reduce((total, { size }) => total + size, 0);
}
