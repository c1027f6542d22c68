import { fail, quote } from "./error.ts";
import type { Place } from "./error.ts";
import { HeaderReader } from "./header-reader.ts";

/** Larger headers are refused before memory is taken; the reference implementation draws the same line. */
export const maxHeaderBytes = 100_000_000;

/** More axes than any framework writes; keeps a hostile header from filling memory. */
const maxRank = 64;

/** What the header says of one tensor, before any of it is believed. */
export interface HeaderEntry {
  readonly name: string;
  /** Where the entry stands in the file, for messages. */
  readonly place: Place;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte of the data and the byte after its last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** The whole header and where the data begin. */
export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly dataStart: number;
}

/** Reads the length and the JSON that follows it. */
export function readHeader(bytes: Uint8Array, source: string): Header {
  const start = { source, byte: 0 };
  if (bytes.length < 8) fail(start, `the file has ${bytes.length} bytes, and the header's length alone takes 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > maxHeaderBytes) {
    fail(start, `the header claims ${length} bytes, more than ${maxHeaderBytes}: this is not a safetensors file`);
  }
  const dataStart = 8 + length;
  if (dataStart > bytes.length) {
    fail(start, `the header claims ${length} bytes, but the file ends at byte ${bytes.length}: it is cut off`);
  }
  const reader = new HeaderReader(bytes, 8, dataStart, source);
  const entries: HeaderEntry[] = [];
  const metadata = new Map<string, string>();
  const names = new Set<string>();
  reader.object("the header", (name, byte) => {
    const place = { source, tensor: name, byte };
    if (names.has(name)) fail(place, "the name stands twice in the header");
    names.add(name);
    if (name === "__metadata__") readMetadata(reader, source, metadata);
    else entries.push(readEntry(reader, place));
  });
  reader.end();
  return { entries, metadata, dataStart };
}

function readMetadata(reader: HeaderReader, source: string, metadata: Map<string, string>): void {
  reader.object("__metadata__", (key, byte) => {
    if (metadata.has(key)) fail({ source, byte }, `the metadata key ${quote(key)} stands twice`);
    metadata.set(key, reader.string(`the metadata value of ${quote(key)}`));
  });
}

function readEntry(reader: HeaderReader, place: Place & { tensor: string }): HeaderEntry {
  const entry: { dtype?: string; shape?: number[]; data_offsets?: number[] } = {};
  reader.within(place.tensor);
  reader.object("the entry", (key, byte) => {
    if (key !== "dtype" && key !== "shape" && key !== "data_offsets") {
      fail({ ...place, byte }, `the entry has an unknown key ${quote(key)}; known are dtype, shape and data_offsets`);
    }
    if (entry[key] !== undefined) fail({ ...place, byte }, `${key} stands twice`);
    if (key === "dtype") entry.dtype = reader.string(key);
    else entry[key] = reader.wholeNumbers(key, key === "shape" ? maxRank : 2);
  });
  reader.within(undefined);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype === undefined) fail(place, "the entry has no dtype");
  if (shape === undefined) fail(place, "the entry has no shape");
  if (offsets === undefined) fail(place, "the entry has no data_offsets");
  if (offsets.length !== 2) fail(place, `data_offsets must hold two numbers, not ${offsets.length}`);
  return { name: place.tensor, place, dtype, shape, begin: offsets[0], end: offsets[1] };
}
