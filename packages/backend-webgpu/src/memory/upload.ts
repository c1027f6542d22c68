import type { TypedArray } from "@minima/tensor";

/** Copies elements into a buffer, in queue order. Writes come in multiples of 4 bytes: the last word is padded. */
export function upload(queue: GPUQueue, buffer: GPUBuffer, data: TypedArray): void {
  // The standard takes shared memory as well; the type does not say so.
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  if (whole > 0) queue.writeBuffer(buffer, 0, bytes, 0, whole);
  if (whole === bytes.length) return;
  const last = new Uint8Array(4);
  last.set(bytes.subarray(whole));
  queue.writeBuffer(buffer, whole, last);
}
