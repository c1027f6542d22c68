import { OutOfMemoryError, ValueError } from "@minima/tensor";
import type { DeviceLimits } from "../device-limits.ts";
import { GpuBuffer } from "./gpu-buffer.ts";
import { sizeClass } from "./size-class.ts";

/** Buffers that nobody uses may take this many bytes; past it, those freed first are destroyed. */
const idleBudget = 256 * 2 ** 20;

type PoolLimits = Pick<DeviceLimits, "maxBufferSize" | "maxStorageBufferBindingSize">;

/**
 * Buffers by size. One that is freed is handed out again at once: commands run in queue order, so whatever still reads
 * it comes before whatever will write it. Garbage collection does not bound memory on a GPU, therefore what is not
 * wanted any more is destroyed.
 */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #usage: GPUBufferUsageFlags;
  readonly #limits: PoolLimits;
  readonly #destroy: (buffer: GPUBuffer) => void;
  /** Free buffers, those freed last at the end; and all of them in the order of freeing. */
  readonly #free = new Map<number, GpuBuffer[]>();
  readonly #idle = new Set<GpuBuffer>();
  readonly #used = new Set<GpuBuffer>();
  #nextId = 0;
  #idleBytes = 0;
  #usedBytes = 0;

  /**
   * @param destroy - Destroys a buffer once all commands that were given before have been submitted.
   */
  constructor(device: GPUDevice, usage: GPUBufferUsageFlags, limits: PoolLimits, destroy: (buffer: GPUBuffer) => void) {
    this.#device = device;
    this.#usage = usage;
    this.#limits = limits;
    this.#destroy = destroy;
  }

  /** Buffers handed out. */
  get count(): number {
    return this.#used.size;
  }

  /** Bytes of the buffers handed out. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes of all buffers there are, handed out or waiting to be. */
  get totalBytes(): number {
    return this.#usedBytes + this.#idleBytes;
  }

  allocate(bytes: number): GpuBuffer {
    const size = this.#sizeFor(bytes);
    const buffer = this.#reuse(size) ?? this.#create(size);
    this.#used.add(buffer);
    this.#usedBytes += size;
    return buffer;
  }

  free(buffer: GpuBuffer): void {
    if (!this.#used.delete(buffer)) throw new ValueError("webgpu: a buffer was freed that is not in use");
    this.#usedBytes -= buffer.bytes;
    const list = this.#free.get(buffer.bytes);
    if (list === undefined) this.#free.set(buffer.bytes, [buffer]);
    else list.push(buffer);
    this.#idle.add(buffer);
    this.#idleBytes += buffer.bytes;
    this.#trim();
  }

  /** Destroys all buffers, used or not. */
  dispose(): void {
    for (const buffer of [...this.#used, ...this.#idle]) buffer.gpu.destroy();
    this.#used.clear();
    this.#idle.clear();
    this.#free.clear();
    this.#usedBytes = this.#idleBytes = 0;
  }

  #reuse(size: number): GpuBuffer | undefined {
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return undefined;
    this.#idle.delete(buffer);
    this.#idleBytes -= size;
    buffer.fault = null;
    return buffer;
  }

  #create(size: number): GpuBuffer {
    return new GpuBuffer(this.#device.createBuffer({ size, usage: this.#usage }), size, this.#nextId++);
  }

  /** Bytes of the buffer for a value of `bytes`, within what a kernel can use in one piece. */
  #sizeFor(bytes: number): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes > limit) {
      throw new OutOfMemoryError(
        `webgpu: ${bytes} bytes were asked for in one piece; a kernel can use ${limit} on this device ` +
          `(maxBufferSize ${maxBufferSize}, maxStorageBufferBindingSize ${maxStorageBufferBindingSize}). ` +
          "Work on smaller tensors: a smaller batch, or a part at a time",
      );
    }
    return Math.min(sizeClass(bytes), limit - (limit % 4));
  }

  #trim(): void {
    for (const buffer of this.#idle) {
      if (this.#idleBytes <= idleBudget) return;
      this.#idle.delete(buffer);
      this.#idleBytes -= buffer.bytes;
      const list = this.#free.get(buffer.bytes) ?? [];
      list.splice(list.indexOf(buffer), 1);
      this.#destroy(buffer.gpu);
    }
  }
}
