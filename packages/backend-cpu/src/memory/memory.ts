import { type DType, type DeviceBuffer, OutOfMemoryError, type TypedArray, hostView } from "@minima/tensor";
import { maximumPages } from "../wasm/index.ts";
import { Heap } from "./heap.ts";

const pageBytes = 65536;
const lineBytes = 64;
/** Small buffers are cut from slabs, one size a slab, so that many of them neither fragment nor slow the heap. */
const largestSmall = 4096;
const slabBytes = 65536;
/** The memory grows by this share of its size at least, and by 16 MiB. */
const growthShare = 0.25;
const growthBytes = 16 * 2 ** 20;

/** A range of the WebAssembly memory. */
export interface CpuBuffer extends DeviceBuffer {
  /** Byte address; a multiple of 16, of 64 from 64 bytes on. */
  readonly address: number;
}

/** The WebAssembly memory that all tensors of a CPU backend live in, and who has which part of it. */
export class CpuMemory {
  readonly memory: WebAssembly.Memory;
  readonly #heap = new Heap(pageBytes); // address 0 stays unused
  /** Free small buffers by the logarithm of their size. */
  readonly #small: CpuBuffer[][] = [];
  #smallUsed = 0;
  #buffers = 0;
  #slabs = 0;

  /** @param shared - Whether other threads are to see it, which needs an engine with shared memory; default false. */
  constructor(shared = false) {
    this.memory = shared
      ? new WebAssembly.Memory({ initial: 2, maximum: maximumPages, shared })
      : new WebAssembly.Memory({ initial: 2 });
  }

  /** Bytes held by buffers. */
  get usedBytes(): number {
    return this.#heap.used - this.#slabs * slabBytes + this.#smallUsed;
  }

  /** Buffers allocated and not freed. */
  get buffers(): number {
    return this.#buffers;
  }

  allocate(bytes: number): CpuBuffer {
    const buffer = this.#allocate(bytes);
    this.#buffers++;
    return buffer;
  }

  #allocate(bytes: number): CpuBuffer {
    if (bytes <= largestSmall) return this.#allocateSmall(bytes);
    const size = Math.ceil(bytes / lineBytes) * lineBytes;
    return { address: this.#allocateRange(size), bytes: size };
  }

  free(buffer: DeviceBuffer): void {
    const { address, bytes } = buffer as CpuBuffer; // buffers of this backend come from `allocate`
    this.#buffers--;
    if (bytes <= largestSmall) {
      this.#smallUsed -= bytes;
      this.#small[Math.log2(bytes)].push(buffer as CpuBuffer);
    } else {
      this.#heap.free(address, bytes);
    }
  }

  /** A view of a buffer's elements, valid until the next allocation. */
  view(buffer: DeviceBuffer, dtype: DType, size: number): TypedArray {
    return hostView(dtype, this.memory.buffer, (buffer as CpuBuffer).address, size);
  }

  #allocateSmall(bytes: number): CpuBuffer {
    const log = Math.max(4, Math.ceil(Math.log2(Math.max(bytes, 1))));
    const free = (this.#small[log] ??= []);
    const size = 2 ** log;
    if (free.length === 0) {
      const slab = this.#allocateRange(slabBytes);
      this.#slabs++;
      for (let address = slab + slabBytes - size; address >= slab; address -= size) free.push({ address, bytes: size });
    }
    const buffer = free.pop();
    if (buffer === undefined) throw new OutOfMemoryError(`cpu: no memory for ${bytes} bytes`);
    this.#smallUsed += size;
    return buffer;
  }

  #allocateRange(bytes: number): number {
    const end = this.#heap.endAfter(bytes) + 16; // vector loads may read past the end of a buffer
    const held = this.memory.buffer.byteLength;
    if (end > held) this.#grow(end, held, bytes);
    return this.#heap.allocate(bytes);
  }

  #grow(end: number, held: number, bytes: number): void {
    const wanted = Math.max(end, held + Math.max(growthBytes, held * growthShare));
    for (const target of [Math.min(wanted, maximumPages * pageBytes), end]) {
      const pages = Math.ceil((target - held) / pageBytes);
      if (held / pageBytes + pages > maximumPages) break;
      try {
        this.memory.grow(pages);
        return;
      } catch {
        // Less may still be had.
      }
    }
    throw new OutOfMemoryError(
      `cpu: no memory for ${bytes} bytes; ${this.usedBytes} bytes are held by tensors, of ${held} in a memory that can ` +
        `reach ${maximumPages * pageBytes}. Use smaller batches, or let go of tensors you keep`,
    );
  }
}
