import { DTypeError } from "./errors.ts";
import { float16Bits, float16FromBits, roundToFloat16 } from "./float16.ts";

/**
 * Element types. `uint8` is for storage and computes as int32; `bool` holds 0 or 1 in one byte; `float16` exists on devices
 * that have it (WebGPU with `shader-f16`).
 */
export type DType = "float32" | "float16" | "int32" | "uint32" | "uint8" | "bool";

/** The typed arrays that hold elements on the host; those of float16 are float32 there. */
export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

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

/** The dtype a typed array stands for; Uint8Array stands for uint8 unless the caller says bool. */
export function dtypeOfArray(array: TypedArray): DType {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Int32Array) return "int32";
  if (array instanceof Uint32Array) return "uint32";
  return "uint8";
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
