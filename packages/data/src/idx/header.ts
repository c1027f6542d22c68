import { formatShape } from "@minima/tensor";
import { DataError } from "../errors.ts";

/** Element types of idx files. */
export type IdxType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";

/** What the first bytes of an idx file declare. */
export interface IdxHeader {
  readonly type: IdxType;
  readonly shape: readonly number[];
  readonly headerBytes: number;
  readonly dataBytes: number;
}

const types: Readonly<Record<number, { type: IdxType; bytes: number }>> = {
  0x08: { type: "uint8", bytes: 1 },
  0x09: { type: "int8", bytes: 1 },
  0x0b: { type: "int16", bytes: 2 },
  0x0c: { type: "int32", bytes: 4 },
  0x0d: { type: "float32", bytes: 4 },
  0x0e: { type: "float64", bytes: 8 },
};

/** Bytes before the length of the header is known. */
export const magicBytes = 4;

/**
 * Length of the whole header, from the magic: 00 00, type, number of axes, then each axis as a 32-bit integer, the
 * highest byte first.
 * @throws DataError for a magic that is cut short or not one of an idx file.
 */
export function idxHeaderLength(bytes: Uint8Array, file: string): number {
  if (bytes.length < magicBytes) {
    throw new DataError(`truncated: an idx file begins with a magic of 4 bytes, there are ${bytes.length}`, {
      file,
      offset: bytes.length,
    });
  }
  const wrong = bytes[0] !== 0 ? 0 : bytes[1] !== 0 ? 1 : types[bytes[2]] === undefined ? 2 : bytes[3] === 0 ? 3 : -1;
  if (wrong >= 0) {
    throw new DataError(
      `wrong magic ${hex(bytes.subarray(0, magicBytes))}: an idx file begins with 00 00, ` +
        `a type (08, 09, 0b, 0c, 0d or 0e) and the number of axes (01 or more)`,
      { file, offset: wrong },
    );
  }
  return magicBytes + 4 * bytes[3];
}

/**
 * Parses the header and checks the size it declares against `maxBytes` before anybody takes memory for it.
 * @throws DataError naming file and byte.
 */
export function parseIdxHeader(bytes: Uint8Array, file: string, maxBytes: number): IdxHeader {
  const headerBytes = idxHeaderLength(bytes, file);
  if (bytes.length < headerBytes) {
    throw new DataError(
      `truncated: the header of an idx file with ${axes(bytes[3])} takes ${headerBytes} bytes, there are ${bytes.length}`,
      { file, offset: bytes.length },
    );
  }
  const { type, bytes: elementBytes } = types[bytes[2]];
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const shape = Array.from({ length: bytes[3] }, (_, axis) => view.getUint32(magicBytes + 4 * axis));
  // A zero axis makes the product 0, whatever the others are; no product of the rest may be trusted to stay finite.
  const dataBytes = shape.includes(0) ? 0 : shape.reduce((product, axis) => product * axis, elementBytes);
  if (dataBytes > maxBytes) {
    throw new DataError(
      `the header declares ${type} of shape ${formatShape(shape)}, ${dataBytes} bytes; the limit is ${maxBytes} (option maxBytes)`,
      { file, offset: magicBytes },
    );
  }
  return { type, shape, headerBytes, dataBytes };
}

/** The header of a file of bytes with this shape: what {@link parseIdxHeader} reads. */
export function encodeUint8Header(shape: readonly number[]): Uint8Array {
  const header = new Uint8Array(magicBytes + 4 * shape.length);
  header[2] = 0x08;
  header[3] = shape.length;
  const view = new DataView(header.buffer);
  shape.forEach((axis, index) => view.setUint32(magicBytes + 4 * index, axis));
  return header;
}

/** "uint8 of shape [60000,28,28] takes 47040016 bytes with its header", for messages. */
export function declared({ type, shape, headerBytes, dataBytes }: IdxHeader): string {
  return `${type} of shape ${formatShape(shape)} takes ${headerBytes + dataBytes} bytes with its header`;
}

function axes(count: number): string {
  return count === 1 ? "1 axis" : `${count} axes`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
