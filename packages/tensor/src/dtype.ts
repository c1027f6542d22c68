import { DTypeError } from "./errors.ts";
import { float16Bits, float16FromBits, roundToFloat16 } from "./float16.ts";

/**
 * Element types. `uint8` is for storage and computes as int32; `bool` holds 0 or 1 in one byte; `float16` exists on devices
 * that have it (WebGPU with `shader-f16`).
 */
export type DType = "float32" | "float16" | "int32" | "uint32" | "uint8" | "bool";

/** The typed arrays that hold elements on the host; those of float16 are float32 there. */
export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Typed arrays whose elements are converted. */
export type ConvertedArray = Float64Array | Int8Array | Int16Array | Uint16Array | Uint8ClampedArray;

/** Bytes of one element on a device, and in files. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  uint32: 4,
  uint8: 1,
  bool: 1,
};

const arrayOf = {
  float32: Float32Array,
  float16: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Throws unless a string names a dtype, which types promise in TypeScript alone. */
export function checkDType(operation: string, dtype: DType): void {
  if (Object.hasOwn(bytesPerElement, dtype)) return;
  throw new DTypeError(
    `${operation}: there is no dtype ${String(dtype)}; there are ${Object.keys(bytesPerElement).join(", ")}`,
  );
}

/** A zeroed host array for `size` elements of `dtype`. */
export function hostArray(dtype: DType, size: number): TypedArray {
  return new arrayOf[dtype](size);
}

/** A host array of `dtype` over the bytes of `buffer` from `byteOffset`; of float16 a copy. */
export function hostView(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, size: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, size);
    case "float16":
      return new Float32Array(new Uint16Array(buffer, byteOffset, size)).map(float16FromBits);
    case "int32":
      return new Int32Array(buffer, byteOffset, size);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, size);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, size);
  }
}

/** The bytes of a host array of `dtype` as devices and files hold them. */
export function bytesOfHost(dtype: DType, host: TypedArray): Uint8Array {
  const elements = dtype === "float16" ? new Uint16Array(new Float32Array(host).map(float16Bits)) : host;
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}

/** A number as `dtype` holds it, where that is float16; arrays of the other dtypes convert what is stored to them. */
export function roundTo(dtype: DType, value: number): number {
  return dtype === "float16" ? roundToFloat16(value) : value;
}

/** The smallest and the largest number of the dtypes that hold integers. */
const integerRange: Partial<Record<DType, readonly [least: number, most: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
};

/** Whether an integer dtype holds a number as it is; every other dtype does. */
export function holds(dtype: DType, value: number): boolean {
  const range = integerRange[dtype];
  return range === undefined || (Number.isInteger(value) && value >= range[0] && value <= range[1]);
}

/**
 * A number as an element of `dtype`: floats round to the nearest, integers truncate and saturate (NaN gives 0), bool tests
 * for non-zero. The one rule for all numbers that come from JavaScript, and for casts from float32.
 */
export function elementOf(dtype: DType, value: number): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float16") return roundToFloat16(value);
  if (dtype === "bool") return Number(value !== 0);
  const [least, most] = integerRange[dtype] ?? [-Infinity, Infinity];
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), least), most) + 0; // never -0
}

/** An element of one dtype as one of another: integers wrap to integers, everything else as `elementOf`. */
export function castElement(from: DType, to: DType, value: number): number {
  if (isFloat(from) || isFloat(to) || to === "bool") return elementOf(to, value);
  return wrapInteger(to, value);
}

/** An integer modulo 2^32, or 2^8 for uint8: what arithmetic of a dtype leaves of it. */
export function wrapInteger(dtype: DType, value: number): number {
  return dtype === "int32" ? value | 0 : dtype === "uint8" ? value & 255 : value >>> 0;
}

/** What the elements of typed arrays become; those of other kinds are refused. */
const dtypeByTag: Readonly<Record<string, DType>> = {
  Float32Array: "float32",
  Float64Array: "float32",
  Float16Array: "float32",
  Int32Array: "int32",
  Int16Array: "int32",
  Int8Array: "int32",
  Uint16Array: "int32",
  Uint32Array: "uint32",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
};

/** The dtypes that a typed array of a kind can be the storage of, without a copy. */
const storedAs: Readonly<Record<string, readonly DType[]>> = {
  Float32Array: ["float32", "float16"],
  Int32Array: ["int32"],
  Uint32Array: ["uint32"],
  Uint8Array: ["uint8", "bool"],
  Uint8ClampedArray: ["uint8", "bool"],
};

/** What kind of typed array a value is, also one that another realm made; "" if it is none. */
function tagOf(value: object): string {
  return ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : "";
}

/**
 * The dtype a typed array stands for: its own, or the one that holds its elements best (float32 for Float64Array, int32 for
 * integers of 8 and 16 bits). Uint8Array stands for uint8 unless the caller says bool.
 */
export function dtypeOfArray(operation: string, array: ArrayBufferView): DType {
  const tag = tagOf(array);
  const dtype = dtypeByTag[tag];
  if (dtype !== undefined) return dtype;
  throw new DTypeError(
    `${operation}: a ${tag} has no dtype here; convert it, for example with Float32Array.from(data, Number), or give a ` +
      Object.keys(dtypeByTag).join(", "),
  );
}

/**
 * The same memory as a typed array of this realm that can be the storage of `dtype`; null if it must be converted. The
 * elements may still be none of bool or float16.
 */
export function asStorage(array: ArrayBufferView, dtype: DType): TypedArray | null {
  if (!(storedAs[tagOf(array)]?.includes(dtype) ?? false)) return null;
  const view = arrayOf[dtype];
  if (array instanceof view) return array;
  return new view(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength / view.BYTES_PER_ELEMENT);
}

/** Whether values of `dtype` are real numbers, so that gradients exist. */
export function isFloat(dtype: DType): dtype is "float32" | "float16" {
  return dtype === "float32" || dtype === "float16";
}

const rank: Readonly<Record<DType, number>> = { bool: 0, uint8: 1, int32: 2, uint32: 2, float16: 3, float32: 4 };

/** The dtype two tensors meet in: bool < uint8 < int32 < float16 < float32; int32 and uint32 do not mix. */
export function promote(operation: string, a: DType, b: DType): DType {
  if (a === b) return a;
  if (rank[a] === rank[b]) {
    throw new DTypeError(`${operation}: ${a} and ${b} have no common dtype; cast one of them with .cast("${a}")`);
  }
  return rank[a] > rank[b] ? a : b;
}

/** The dtype integers and booleans compute in when arithmetic is asked of them. */
export function arithmeticDType(dtype: DType): DType {
  return dtype === "uint8" || dtype === "bool" ? "int32" : dtype;
}
