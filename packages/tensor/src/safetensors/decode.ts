import type { HostTensor } from "./host-tensor.ts";
import { elementTypes } from "./element-type.ts";
import type { ElementType } from "./element-type.ts";
import { assertLittleEndian, fail, quote } from "./error.ts";
import { readHeader } from "./header.ts";
import type { Header, HeaderEntry } from "./header.ts";

/** What a safetensors file holds. */
export interface DecodedSafetensors {
  /** The tensors by name, in the order of the header. */
  readonly tensors: Map<string, HostTensor>;
  /** The strings of `__metadata__`, empty without it. */
  readonly metadata: Record<string, string>;
}

/**
 * Decodes a safetensors file.
 *
 * F32, I32, U32, U8 and BOOL keep their values and type; F64, F16 and BF16 become float32; I64, I16 and I8 become
 * int32; U64 and U16 become uint32. Elements that are aligned in `bytes` are views of it, not copies, so `bytes` must
 * not be written to afterwards.
 *
 * Nothing in the file is trusted: sizes are checked before memory is taken.
 *
 * @param source what the bytes are, for messages; mostly the file's name
 * @throws SafetensorsError naming source, tensor and byte offset if the bytes are not a valid file, if a dtype is
 *   unknown, or if a 64-bit integer does not fit 32 bits
 */
export function decodeSafetensors(bytes: Uint8Array, source = "safetensors data"): DecodedSafetensors {
  assertLittleEndian();
  // Node's Buffer is a Uint8Array whose `slice` and `subarray` do something else.
  const file = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(file, source);
  const types = header.entries.map((entry) => checkEntry(entry, file.length - header.dataStart));
  checkLayout(header, file.length, source);
  const tensors = new Map<string, HostTensor>();
  header.entries.forEach(({ name, place, shape, begin, end }, i) => {
    const { bytes: width, dtype, read } = types[i];
    const offset = header.dataStart + begin;
    tensors.set(name, { dtype, shape, data: read(file, offset, (end - begin) / width, { ...place, byte: offset }) });
  });
  return { tensors, metadata: Object.fromEntries(header.metadata) };
}

/** Checks one entry by itself: a known dtype, a range inside the file, as many bytes as shape and dtype ask for. */
function checkEntry({ place, dtype, shape, begin, end }: HeaderEntry, dataLength: number): ElementType {
  const type = elementTypes.get(dtype);
  if (type === undefined) {
    fail(place, `the dtype ${quote(dtype)} is not supported; known are ${[...elementTypes.keys()].join(", ")}`);
  }
  if (begin > end) fail(place, `data_offsets [${begin}, ${end}] end before they begin`);
  if (end > dataLength) {
    fail(
      place,
      `data_offsets [${begin}, ${end}] run past the end of the data (${dataLength} bytes): is the file cut off?`,
    );
  }
  let size = shape.includes(0) ? 0 : type.bytes;
  for (const extent of shape) {
    size *= extent;
    if (size > Number.MAX_SAFE_INTEGER) fail(place, `the shape [${shape.join(", ")}] has too many elements`);
  }
  if (size !== end - begin) {
    const holds = `data_offsets [${begin}, ${end}] hold ${end - begin} bytes`;
    fail(place, `${holds}, but ${dtype} with shape [${shape.join(", ")}] takes ${size}`);
  }
  return type;
}

/** Checks the entries against each other: their ranges follow one another without gap or overlap and fill the file. */
function checkLayout({ entries, dataStart }: Header, fileLength: number, source: string): void {
  let reached = 0;
  let before = "the header";
  for (const { name, place, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const where = { ...place, byte: dataStart + begin };
    if (begin < reached) fail(where, `its data overlap those of ${before} by ${reached - begin} bytes`);
    if (begin > reached) fail(where, `${begin - reached} bytes between its data and ${before} belong to no tensor`);
    reached = end;
    before = quote(name);
  }
  const left = fileLength - dataStart - reached;
  if (left > 0) fail({ source, byte: dataStart + reached }, `${left} bytes after the last tensor belong to no tensor`);
}
