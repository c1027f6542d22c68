import type { DeviceBuffer, OutOfMemoryError } from "@minima/tensor";

/** Memory on the GPU, as the pool hands it out. */
export class GpuBuffer implements DeviceBuffer {
  readonly gpu: GPUBuffer;
  readonly bytes: number;
  /** Never given twice, so that bind groups can be found by the buffers they hold. */
  readonly id: number;
  /** Bytes that were asked for when it was handed out; it has at least as many. */
  asked = 0;
  /** The device has no memory for it, for good. */
  missing: OutOfMemoryError | null = null;
  /** Why the contents are not what they should be: the program that should have written them failed. */
  fault: Error | null = null;

  constructor(gpu: GPUBuffer, bytes: number, id: number) {
    this.gpu = gpu;
    this.bytes = bytes;
    this.id = id;
  }
}
