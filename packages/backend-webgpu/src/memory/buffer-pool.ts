import { OutOfMemoryError, ValueError, formatBytes } from "@minima/tensor";
import type { DeviceLimits } from "../device-limits.ts";
import { GpuBuffer } from "./gpu-buffer.ts";
import { sizeClass } from "./size-class.ts";

/** Buffers that nobody uses may take this many bytes; past it, those freed first are destroyed. */
const idleBudget = 256 * 2 ** 20;

type PoolLimits = Pick<DeviceLimits, "maxBufferSize" | "maxStorageBufferBindingSize">;

/**
 * Buffers by size. One that is freed is handed out again at once: commands run in queue order, so whatever still reads
 * it comes before whatever will write it. Garbage collection does not bound memory on a GPU, therefore what is not
 * wanted any more is destroyed. Whether the device has the memory for a new buffer is known a moment later (`checking`).
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
  #unchecked = 0;
  #checking: Promise<void> | null = null;

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

  /** Resolves when it is known of all buffers whether there is memory for them; null if it is. Never rejects. */
  get checking(): Promise<void> | null {
    return this.#checking;
  }

  /** A buffer of at least so many bytes; if it turns out that the device has no memory for it, it is marked as missing. */
  allocate(bytes: number): GpuBuffer {
    const size = this.#sizeFor(bytes);
    const buffer = this.#reuse(size) ?? this.#create(size);
    buffer.asked = bytes;
    this.#used.add(buffer);
    this.#usedBytes += size;
    return buffer;
  }

  free(buffer: GpuBuffer): void {
    if (!this.#used.delete(buffer)) throw new ValueError("webgpu: a buffer was freed that is not in use");
    this.#usedBytes -= buffer.bytes;
    if (buffer.missing !== null) return;
    const list = this.#free.get(buffer.bytes);
    if (list === undefined) this.#free.set(buffer.bytes, [buffer]);
    else list.push(buffer);
    this.#idle.add(buffer);
    this.#idleBytes += buffer.bytes;
    this.#trim(idleBudget);
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
    this.#device.pushErrorScope("out-of-memory");
    const gpu = this.#device.createBuffer({ size, usage: this.#usage });
    const buffer = new GpuBuffer(gpu, size, this.#nextId++);
    this.#unchecked++;
    this.#checking = this.#check(buffer, this.#device.popErrorScope(), this.#checking);
    return buffer;
  }

  async #check(buffer: GpuBuffer, scope: Promise<GPUError | null>, before: Promise<void> | null): Promise<void> {
    const error = await scope.catch(() => null); // the device is gone, which is reported where that is noticed
    if (error !== null) this.#miss(buffer, error);
    await before;
    if (--this.#unchecked === 0) this.#checking = null;
  }

  #miss(buffer: GpuBuffer, cause: GPUError): void {
    const [asked, used] = [formatBytes(buffer.bytes), formatBytes(this.#usedBytes - buffer.bytes)];
    buffer.missing = new OutOfMemoryError(
      `webgpu: the device has no memory for a buffer of ${asked} (${firstLine(cause.message)}), with ${used} in ` +
        `${this.#used.size - 1} other buffers and ${formatBytes(this.#idleBytes)} that wait to be used again`,
      { cause },
    );
    this.#trim(0); // so that the next try finds more
  }

  /** Bytes of the buffer for a value of `bytes`, within what a kernel can use in one piece. */
  #sizeFor(bytes: number): number {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (bytes > limit) {
      const names = Object.entries({ maxBufferSize, maxStorageBufferBindingSize })
        .filter(([, value]) => value === limit)
        .map(([name]) => name);
      throw new OutOfMemoryError(
        `webgpu: a tensor of ${formatBytes(bytes)} is more than a kernel can use in one piece on this device, ` +
          `${formatBytes(limit)} by ${names.join(" and ")}. Work on smaller tensors: a smaller batch, or a part at a time`,
      );
    }
    return Math.min(sizeClass(bytes), limit - (limit % 4));
  }

  /** Destroys those idle for longest until the rest takes no more than the budget. */
  #trim(budget: number): void {
    for (const buffer of this.#idle) {
      if (this.#idleBytes <= budget) return;
      this.#idle.delete(buffer);
      this.#idleBytes -= buffer.bytes;
      const list = this.#free.get(buffer.bytes) ?? [];
      list.splice(list.indexOf(buffer), 1);
      this.#destroy(buffer.gpu);
    }
  }
}

/** What a driver says first; the rest says where in its own code. */
function firstLine(message: string): string {
  return message.split("\n", 1)[0].trim();
}
