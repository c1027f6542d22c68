import { hostArray, hostView } from "../dtype.ts";
import type { DType, TypedArray } from "../dtype.ts";
import { float16FromBits } from "../float16.ts";
import { fail } from "./error.ts";
import type { Place } from "./error.ts";

/** How one dtype of the file becomes one of ours. */
export interface ElementType {
  /** Bytes of one element in the file. */
  readonly bytes: number;
  /** What the elements become. */
  readonly dtype: DType;
  /** The elements that start at `offset`; a view of `bytes` where layout and alignment allow, else a copy. */
  readonly read: (bytes: Uint8Array, offset: number, size: number, place: Place) => TypedArray;
}

/** The element types that can be read, by their names in the file. */
export const elementTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ["F32", same(4, "float32")],
  ["I32", same(4, "int32")],
  ["U32", same(4, "uint32")],
  ["U8", same(1, "uint8")],
  ["BOOL", { bytes: 1, dtype: "bool", read: readBool }],
  ["F64", converted(8, "float32", (view, at) => view.getFloat64(at, true))],
  ["F16", converted(2, "float32", (view, at) => float16FromBits(view.getUint16(at, true)))],
  ["BF16", converted(2, "float32", (view, at) => bfloat16(view.getUint16(at, true)))],
  ["I64", converted(8, "int32", readInt64)],
  ["U64", converted(8, "uint32", readUint64)],
  ["I16", converted(2, "int32", (view, at) => view.getInt16(at, true))],
  ["U16", converted(2, "uint32", (view, at) => view.getUint16(at, true))],
  ["I8", converted(1, "int32", (view, at) => view.getInt8(at))],
]);

/** The name in the file of each of our dtypes. */
export const fileNames: Readonly<Record<DType, string>> = {
  float32: "F32",
  float16: "F16",
  int32: "I32",
  uint32: "U32",
  uint8: "U8",
  bool: "BOOL",
};

/** Elements that have the same layout in the file and in memory. */
function same(bytes: number, dtype: DType): ElementType {
  return {
    bytes,
    dtype,
    read(file, offset, size) {
      if ((file.byteOffset + offset) % bytes === 0) return hostView(dtype, file.buffer, file.byteOffset + offset, size);
      return hostView(dtype, file.slice(offset, offset + size * bytes).buffer, 0, size);
    },
  };
}

/** Elements that are converted one by one; `read` gets the place of its element for its errors. */
function converted(
  bytes: number,
  dtype: DType,
  read: (view: DataView, at: number, place: Place) => number,
): ElementType {
  return {
    bytes,
    dtype,
    read(file, offset, size, place) {
      const view = new DataView(file.buffer, file.byteOffset + offset, size * bytes);
      const result = hostArray(dtype, size);
      for (let i = 0; i < size; i++) result[i] = read(view, i * bytes, place);
      return result;
    },
  };
}

/** Kernels count on 0 and 1, so other bytes are refused. */
function readBool(file: Uint8Array, offset: number, size: number, place: Place): TypedArray {
  const result = file.subarray(offset, offset + size);
  const bad = result.findIndex((value) => value > 1);
  if (bad >= 0) fail({ ...place, byte: place.byte + bad }, `a BOOL element must be 0 or 1, not ${result[bad]}`);
  return result;
}

function readInt64(view: DataView, at: number, place: Place): number {
  const low = view.getInt32(at, true);
  // In range if the upper half only repeats the sign.
  if (view.getInt32(at + 4, true) !== low >> 31) {
    fail({ ...place, byte: place.byte + at }, `I64 element ${view.getBigInt64(at, true)} does not fit int32`);
  }
  return low;
}

function readUint64(view: DataView, at: number, place: Place): number {
  if (view.getUint32(at + 4, true) !== 0) {
    fail({ ...place, byte: place.byte + at }, `U64 element ${view.getBigUint64(at, true)} does not fit uint32`);
  }
  return view.getUint32(at, true);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
