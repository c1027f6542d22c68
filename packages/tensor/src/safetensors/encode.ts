import { asStorage, bytesOfHost, bytesPerElement, dtypeOfArray } from "../dtype.ts";
import { sizeOf } from "../shape.ts";
import { fileNames } from "./element-type.ts";
import { SafetensorsError, assertLittleEndian, quote } from "./error.ts";
import { maxHeaderBytes } from "./header.ts";
import type { HostTensor } from "./host-tensor.ts";
import { encodeUtf8 } from "./utf8.ts";

/**
 * Encodes tensors as a safetensors file.
 *
 * The header lists the tensors in the order of the map, so decoding gives the same map; the data are ordered by
 * element width, widest first, so that every tensor is aligned for views. The same input gives the same bytes.
 *
 * @param metadata strings to store with the tensors
 * @throws SafetensorsError naming the tensor if its data do not match its shape and dtype, or a name is not allowed
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  assertLittleEndian();
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const begins = new Map<string, number>();
  let dataLength = 0;
  for (const [name, tensor] of byWidth(tensors)) {
    begins.set(name, dataLength);
    dataLength += byteLength(tensor);
  }
  const header = encodeHeader(tensors, begins, metadata);
  const file = allocate(8 + header.length + dataLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  for (const [name, { dtype, data }] of tensors) {
    file.set(bytesOfHost(dtype, data), 8 + header.length + begins.get(name)!);
  }
  return file;
}

/** The JSON, padded with spaces so that the data start at a multiple of 8. */
function encodeHeader(
  tensors: ReadonlyMap<string, HostTensor>,
  begins: ReadonlyMap<string, number>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const members: string[] = [];
  const strings = Object.entries(metadata);
  for (const [key, value] of strings) {
    if (typeof value !== "string") refuse(`the metadata value of ${quote(key)} must be a string`);
    checkUnicode(key, `the metadata key ${quote(key)}`);
    checkUnicode(value, `the metadata value of ${quote(key)}`);
  }
  if (strings.length > 0) {
    members.push(
      `"__metadata__":{${strings.map((pair) => pair.map((text) => JSON.stringify(text)).join(":")).join(",")}}`,
    );
  }
  for (const [name, tensor] of tensors) {
    const { dtype, shape } = tensor;
    const begin = begins.get(name)!;
    const entry = { dtype: fileNames[dtype], shape, data_offsets: [begin, begin + byteLength(tensor)] };
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const json = encodeUtf8(`{${members.join(",")}}`);
  const header = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  if (header.length > maxHeaderBytes) {
    refuse(`the names and shapes take a header of ${header.length} bytes, more than the ${maxHeaderBytes} allowed`);
  }
  header.set(json);
  return header;
}

/** Bytes that a tensor takes in the file. */
function byteLength({ dtype, data }: HostTensor): number {
  return data.length * bytesPerElement[dtype];
}

/** Widest elements first; equal widths keep their order. */
function byWidth(tensors: ReadonlyMap<string, HostTensor>): [string, HostTensor][] {
  return [...tensors].sort(([, a], [, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype]);
}

function checkTensor(name: string, { dtype, shape, data }: HostTensor): void {
  const tensor = `tensor ${quote(name)}`;
  if (name === "__metadata__") refuse(`${tensor}: the format keeps this name for metadata; give it another one`);
  checkUnicode(name, tensor);
  if (!(dtype in fileNames)) refuse(`${tensor}: the dtype ${quote(String(dtype))} cannot be stored`);
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    refuse(`${tensor}: shape [${shape.join(", ")}] must hold integers of at least 0`);
  }
  if (asStorage(data, dtype) === null) {
    refuse(`${tensor}: dtype ${dtype} cannot hold ${dtypeOfArray("encodeSafetensors", data)} elements`);
  }
  if (sizeOf(shape) !== data.length) {
    refuse(`${tensor}: shape [${shape.join(", ")}] takes ${sizeOf(shape)} elements, but there are ${data.length}`);
  }
  if (dtype === "bool" && data.some((value) => value > 1)) refuse(`${tensor}: bool elements must be 0 or 1`);
}

/** JSON in UTF-8 cannot hold half of a surrogate pair. */
function checkUnicode(text: string, what: string): void {
  if (/\p{Surrogate}/u.test(text)) refuse(`${what} is not valid Unicode`);
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new SafetensorsError(`encodeSafetensors: no memory for a file of ${length} bytes`, { cause });
  }
}

function refuse(problem: string): never {
  throw new SafetensorsError(`encodeSafetensors: ${problem}`);
}
