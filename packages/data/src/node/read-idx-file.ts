import type { FileHandle } from "node:fs/promises";
import { open, stat } from "node:fs/promises";
import { DataError } from "../errors.ts";
import { isGzip } from "../idx/gunzip.ts";
import { idxHeaderLength, parseIdxHeader } from "../idx/header.ts";
import type { IdxArray, ReadIdxOptions } from "../idx/read-idx.ts";
import { checkFileLength, defaultMaxBytes, readIdx } from "../idx/read-idx.ts";
import { fileError } from "./file-error.ts";

/** Longest header: a magic and 255 axes. */
const maxHeaderBytes = 4 + 4 * 255;

/**
 * Reads an idx file, raw or gzip, from the disk. A file whose size does not fit its header is refused before it is read.
 * @throws DataError as `readIdx`, and for a file that is missing or cannot be read.
 */
export async function readIdxFile(path: string, options: ReadIdxOptions = {}): Promise<IdxArray> {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const bytes = await readBytes(path, maxBytes);
  return readIdx(bytes, path, { maxBytes });
}

async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    const found = await stat(path);
    // Asked before opening: opening a pipe would wait for ever.
    if (!found.isFile()) throw new DataError("it is not a file", { file: path });
    handle = await open(path);
    const head = await readUpTo(handle, Math.min(found.size, maxHeaderBytes));
    checkSize(head, found.size, path, maxBytes);
    return await readUpTo(handle, found.size);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw fileError("cannot be read", path, cause);
  } finally {
    await handle?.close();
  }
}

function checkSize(head: Uint8Array, size: number, file: string, maxBytes: number): void {
  if (!isGzip(head)) {
    const header = parseIdxHeader(head.subarray(0, idxHeaderLength(head, file)), file, maxBytes);
    checkFileLength(header, size, file);
  } else if (size > maxBytes) {
    throw new DataError(`${size} bytes; the limit is ${maxBytes} (option maxBytes)`, { file });
  }
}

/** The first `length` bytes, or fewer if the file has become shorter. */
async function readUpTo(handle: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const pieceBytes = 2 ** 26; // one read may not ask for 2 GiB or more
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, Math.min(length - read, pieceBytes), read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return bytes.subarray(0, read);
}
