import { DataError } from "../errors.ts";
import { gunzip, isGzip, maxExpansion } from "./gunzip.ts";
import type { IdxHeader, IdxType } from "./header.ts";
import { declared, idxHeaderLength, magicBytes, parseIdxHeader } from "./header.ts";

/** The elements of an idx file. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** An idx file in memory. */
export interface IdxArray {
  readonly type: IdxType;
  readonly shape: readonly number[];
  readonly data: IdxData;
  /** Byte of the (uncompressed) file at which the elements begin. */
  readonly headerBytes: number;
  /** Where it came from, for later errors. */
  readonly source: string;
}

/** Options of {@link readIdx}. */
export interface ReadIdxOptions {
  /** Most bytes of elements a file may declare; 4 GiB by default. */
  readonly maxBytes?: number | undefined;
}

/** What a file may declare unless the caller says otherwise: 4 GiB. */
export const defaultMaxBytes = 2 ** 32;

/**
 * Reads an idx file, the format of MNIST, as it is or compressed by gzip (told by its first bytes). Sizes are checked
 * before memory is taken, and no more than the header declares is ever decompressed.
 *
 * Bytes of a file that is not compressed are not copied: `data` is a view of them.
 * Format: http://yann.lecun.com/exdb/mnist
 *
 * @param source name of the file for errors
 * @throws DataError with file and byte offset: wrong magic, truncated, trailing bytes, corrupt gzip data, too large.
 */
export async function readIdx(bytes: Uint8Array, source = "idx data", options: ReadIdxOptions = {}): Promise<IdxArray> {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  return isGzip(bytes) ? readCompressed(bytes, source, maxBytes) : readPlain(bytes, source, maxBytes);
}

function readPlain(bytes: Uint8Array, file: string, maxBytes: number): IdxArray {
  const header = parseIdxHeader(bytes, file, maxBytes);
  checkFileLength(header, bytes.length, file);
  return idxArray(header, bytes.subarray(header.headerBytes), file);
}

/**
 * Compares the length of a file that is not compressed with what its header declares.
 * @throws DataError if they differ.
 */
export function checkFileLength(header: IdxHeader, length: number, file: string): void {
  const end = header.headerBytes + header.dataBytes;
  if (length < end) throw truncated(header, length, file);
  if (length > end) {
    throw new DataError(`${length - end} trailing bytes: ${declared(header)}, the file has ${length}`, {
      file,
      offset: end,
    });
  }
}

async function readCompressed(bytes: Uint8Array, file: string, maxBytes: number): Promise<IdxArray> {
  let head: Uint8Array = new Uint8Array(0);
  let header: IdxHeader | undefined;
  let body: Uint8Array = new Uint8Array(0);
  let filled = 0;
  for await (const chunk of gunzip(bytes, file)) {
    let rest = chunk;
    if (header === undefined) {
      head = concat(head, chunk);
      if (head.length < magicBytes || head.length < idxHeaderLength(head, file)) continue;
      header = parseIdxHeader(head, file, maxBytes);
      if (header.dataBytes > bytes.length * maxExpansion) throw impossible(header, bytes.length, file);
      body = allocate(header, file);
      rest = head.subarray(header.headerBytes);
    }
    if (filled + rest.length > body.length) {
      throw new DataError(`trailing bytes: ${declared(header)}, more follow`, {
        file,
        offset: header.headerBytes + header.dataBytes,
      });
    }
    body.set(rest, filled);
    filled += rest.length;
  }
  header ??= parseIdxHeader(head, file, maxBytes); // throws: the loop would have parsed a whole header
  if (filled < body.length) throw truncated(header, header.headerBytes + filled, file);
  return idxArray(header, body, file);
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function allocate(header: IdxHeader, file: string): Uint8Array {
  try {
    return new Uint8Array(header.dataBytes);
  } catch (cause) {
    throw new DataError(`no memory: ${declared(header)}`, { file, cause });
  }
}

function truncated(header: IdxHeader, length: number, file: string): DataError {
  return new DataError(`truncated: ${declared(header)}, the content ends after ${length}`, { file, offset: length });
}

function impossible(header: IdxHeader, compressed: number, file: string): DataError {
  return new DataError(`truncated: ${declared(header)}, more than ${compressed} compressed bytes can hold`, {
    file,
    offset: magicBytes,
  });
}

function idxArray(header: IdxHeader, body: Uint8Array, source: string): IdxArray {
  const { type, shape, headerBytes } = header;
  return { type, shape, headerBytes, source, data: elements(type, body) };
}

/** Elements lie with the highest byte first, whatever this machine does. */
function elements(type: IdxType, body: Uint8Array): IdxData {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  switch (type) {
    case "uint8":
      return body;
    case "int8":
      return new Int8Array(body.buffer, body.byteOffset, body.byteLength);
    case "int16":
      return fill(new Int16Array(body.length / 2), (i) => view.getInt16(2 * i));
    case "int32":
      return fill(new Int32Array(body.length / 4), (i) => view.getInt32(4 * i));
    case "float32":
      return fill(new Float32Array(body.length / 4), (i) => view.getFloat32(4 * i));
    case "float64":
      return fill(new Float64Array(body.length / 8), (i) => view.getFloat64(8 * i));
  }
}

function fill<Data extends IdxData>(data: Data, element: (index: number) => number): Data {
  for (let index = 0; index < data.length; index++) data[index] = element(index);
  return data;
}
