import {
  type DType,
  type DeviceBuffer,
  OutOfMemoryError,
  type TypedArray,
  formatBytes,
  hostView,
} from "@minima/tensor";
import { leastMaximumPages, maximumPages } from "../wasm/index.ts";
import { Heap } from "./heap.ts";

const pageBytes = 65536;
const initialPages = 2;
const lineBytes = 64;
/** Small buffers are cut from slabs, one size a slab, so that many of them neither fragment nor slow the heap. */
const largestSmall = 4096;
const slabBytes = 65536;
/** The memory grows by this share of its size at least, and by 16 MiB. */
const growthShare = 0.1;
const growthBytes = 16 * 2 ** 20;

/** A range of the WebAssembly memory. */
export interface CpuBuffer extends DeviceBuffer {
  /** Byte address; a multiple of 16, of 64 from 64 bytes on. */
  readonly address: number;
}

/** The WebAssembly memory that all tensors of a CPU backend live in, and who has which part of it. */
export class CpuMemory {
  readonly memory: WebAssembly.Memory;
  readonly #maximumPages: number;
  readonly #isShared: boolean;
  /** Engines do not count shared memory for their collectors, so dropped tensors would lie in it for long: these stand for it. */
  readonly #counted: (ArrayBuffer | null)[] = [];
  readonly #heap = new Heap(pageBytes); // address 0 stays unused
  /** Free small buffers by the logarithm of their size. */
  readonly #small: CpuBuffer[][] = [];
  #smallUsed = 0;
  #buffers = 0;
  #slabs = 0;

  /** @param shared - Whether other threads are to see it, which needs an engine with shared memory; default false. */
  constructor(shared = false) {
    this.#isShared = shared;
    [this.memory, this.#maximumPages] = shared
      ? createShared()
      : [new WebAssembly.Memory({ initial: initialPages }), maximumPages];
  }

  /** Bytes that have been taken from the system. */
  get reservedBytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Bytes of them that are held by buffers. */
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

  /** Calls a function with the address of a workspace that is its own meanwhile. */
  lend(bytes: number, use: (address: number) => void): void {
    const buffer = this.allocate(bytes);
    try {
      use(buffer.address);
    } finally {
      this.free(buffer);
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
    const most = this.#maximumPages * pageBytes;
    const wanted = Math.max(end, held + Math.max(growthBytes, held * growthShare));
    for (const target of end > most ? [] : [Math.min(wanted, most), end]) {
      try {
        this.memory.grow(Math.ceil((target - held) / pageBytes));
        if (this.#isShared) this.#counted.push(countedArray(target - held));
        return;
      } catch {
        // Less may still be had.
      }
    }
    const reason = end > most ? `which can reach ${formatBytes(most)}` : "which the system lets grow no further";
    throw new OutOfMemoryError(
      `cpu: no room for ${formatBytes(bytes)}; ${formatBytes(this.usedBytes)} of ${formatBytes(held)} are in use in its ` +
        `memory, ${reason}`,
    );
  }
}

/**
 * An array that counts as so much memory where the engine decides whether to look for garbage, and takes none, because it
 * is never touched. Null where there is no room.
 */
function countedArray(bytes: number): ArrayBuffer | null {
  try {
    return Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: bytes }]) as ArrayBuffer;
  } catch {
    return null;
  }
}

/** A memory that threads can share. It has to say how far it can grow, and not every engine allows everything. */
function createShared(): [WebAssembly.Memory, number] {
  for (let maximum = maximumPages; ; maximum /= 2) {
    try {
      return [new WebAssembly.Memory({ initial: initialPages, maximum, shared: true }), maximum];
    } catch (error) {
      if (maximum <= leastMaximumPages) throw error;
    }
  }
}
