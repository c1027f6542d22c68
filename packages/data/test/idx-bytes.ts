/** An idx file: header for `shape`, then `elements`. */
export function idxBytes(typeCode: number, shape: readonly number[], elements: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + elements.length);
  const view = new DataView(bytes.buffer);
  bytes[2] = typeCode;
  bytes[3] = shape.length;
  shape.forEach((axis, index) => view.setUint32(4 + 4 * index, axis));
  bytes.set(elements, 4 + 4 * shape.length);
  return bytes;
}

/** `count` images of 4 x 3 bytes that count up. */
export function imageFile(count: number): Uint8Array<ArrayBuffer> {
  return idxBytes(
    0x08,
    [count, 4, 3],
    Uint8Array.from({ length: count * 12 }, (_, i) => i),
  );
}

/** Labels 0, 1, ... 9, 0, 1, ... */
export function labelFile(count: number): Uint8Array<ArrayBuffer> {
  return idxBytes(
    0x08,
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );
}
