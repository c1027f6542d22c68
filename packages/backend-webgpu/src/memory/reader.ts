import { type DType, OutOfMemoryError, type TypedArray, bytesPerElement, formatBytes, hostView } from "@minima/tensor";
import { mapModeRead } from "../constants.ts";
import { KernelError } from "../errors.ts";
import { onNextTurn } from "./next-turn.ts";
import { StagingRing } from "./staging-ring.ts";

/** A read that has been asked for. */
interface Request {
  readonly source: GPUBuffer;
  readonly bytes: number;
  /** Where its bytes go in the staging buffer. */
  readonly at: number;
  readonly resolve: (contents: ArrayBuffer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads buffers by way of staging buffers, which the host can map. What is asked for in one turn of the event loop is
 * copied together, into one staging buffer that is mapped once; earlier if a buffer is about to change.
 */
export class Reader {
  readonly #device: GPUDevice;
  readonly #staging: StagingRing;
  readonly #maxBytes: number;
  #requests: Request[] = [];
  #requestedBytes = 0;
  /** Copies that are on their way. */
  readonly #deliveries = new Set<Promise<void>>();
  /** Copies submitted so far, each mapped once; they are not programs. */
  copies = 0;

  /** @param maxBufferSize - The largest buffer of the device: what is asked for beyond is copied by itself. */
  constructor(device: GPUDevice, maxBufferSize: number) {
    this.#device = device;
    this.#staging = new StagingRing(device, maxBufferSize);
    this.#maxBytes = maxBufferSize;
  }

  /** Bytes of staging buffers. */
  get bytes(): number {
    return this.#staging.bytes;
  }

  /** The contents of a buffer as of now, in queue order. */
  async read(source: GPUBuffer, dtype: DType, size: number): Promise<TypedArray> {
    const bytes = Math.ceil((size * bytesPerElement[dtype]) / 4) * 4;
    if (this.#requestedBytes + bytes > this.#maxBytes) this.flush();
    if (this.#requests.length === 0) onNextTurn(() => this.flush());
    const reading = new Promise<ArrayBuffer>((resolve, reject) => {
      this.#requests.push({ source, bytes, at: this.#requestedBytes, resolve, reject });
      this.#requestedBytes += bytes;
    });
    return hostView(dtype, await reading, 0, size);
  }

  /** To be called before a buffer changes: reads of it that were asked for see what it holds now. */
  beforeChange(buffer: GPUBuffer): void {
    if (this.#requests.some(({ source }) => source === buffer)) this.flush();
  }

  /** Copies what has been asked for. */
  flush(): void {
    const requests = this.#requests;
    if (requests.length === 0) return;
    const bytes = this.#requestedBytes;
    this.#requests = [];
    this.#requestedBytes = 0;
    this.#device.pushErrorScope("out-of-memory");
    this.#device.pushErrorScope("validation");
    const staging = this.#staging.take(bytes);
    const encoder = this.#device.createCommandEncoder({ label: "read" });
    for (const request of requests) encoder.copyBufferToBuffer(request.source, 0, staging, request.at, request.bytes);
    this.#device.queue.submit([encoder.finish()]);
    this.copies++;
    const mapping = staging.mapAsync(mapModeRead, 0, bytes);
    const scopes = [this.#device.popErrorScope(), this.#device.popErrorScope()];
    const delivery = this.#deliver(requests, bytes, staging, mapping, scopes);
    this.#deliveries.add(delivery);
    void delivery.then(() => this.#deliveries.delete(delivery));
  }

  /** Resolves when no read is on its way. */
  async idle(): Promise<void> {
    this.flush();
    await Promise.all(this.#deliveries);
  }

  dispose(): void {
    this.flush();
    this.#staging.dispose();
  }

  /** Gives each request its part; never rejects. */
  async #deliver(
    requests: readonly Request[],
    bytes: number,
    staging: GPUBuffer,
    mapping: Promise<unknown>,
    scopes: readonly Promise<GPUError | null>[],
  ): Promise<void> {
    const [mapped] = await Promise.allSettled([mapping]);
    const [invalid, short] = await Promise.all(scopes).catch(() => [null, null]); // else the device is gone
    const fault = short !== null ? outOfMemory(bytes, short) : invalid !== null ? refused(invalid) : null;
    if (fault !== null || mapped.status === "rejected") {
      this.#staging.destroy(staging);
      const reason: unknown = fault ?? (mapped.status === "rejected" ? mapped.reason : null);
      for (const { reject } of requests) reject(reason);
      return;
    }
    const contents = staging.getMappedRange(0, bytes);
    for (const { at, bytes: length, resolve } of requests) resolve(contents.slice(at, at + length));
    staging.unmap();
    this.#staging.giveBack(staging);
  }
}

function outOfMemory(bytes: number, cause: GPUError): OutOfMemoryError {
  const reason = cause.message.split("\n", 1)[0];
  return new OutOfMemoryError(`webgpu: the device has no memory to read ${formatBytes(bytes)} (${reason})`, { cause });
}

function refused(cause: GPUError): KernelError {
  return new KernelError(`webgpu: the device refused to copy for a read: ${cause.message}`, { cause });
}
