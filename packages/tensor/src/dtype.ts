import { DTypeError } from "./errors.ts";

/**
 * Element types. `uint8` is for storage and computes as int32; `bool` holds 0 or 1 in one byte.
 */
export type DType = "float32" | "int32" | "uint32" | "uint8" | "bool";

/** The typed arrays that hold elements on the host. */
export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, int32: 4, uint32: 4, uint8: 1, bool: 1 };

const arrayOf = {
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** A zeroed host array for `size` elements of `dtype`. */
export function hostArray(dtype: DType, size: number): TypedArray {
  return new arrayOf[dtype](size);
}

/** A host array of `dtype` over the bytes of `buffer` from `byteOffset`. */
export function hostView(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, size: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, byteOffset, size);
    case "int32":
      return new Int32Array(buffer, byteOffset, size);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, size);
    case "uint8":
    case "bool":
      return new Uint8Array(buffer, byteOffset, size);
  }
}

/** The dtype a typed array stands for; Uint8Array stands for uint8 unless the caller says bool. */
export function dtypeOfArray(array: TypedArray): DType {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Int32Array) return "int32";
  if (array instanceof Uint32Array) return "uint32";
  return "uint8";
}

/** Whether values of `dtype` are real numbers, so that gradients exist. */
export function isFloat(dtype: DType): boolean {
  return dtype === "float32";
}

const rank: Readonly<Record<DType, number>> = { bool: 0, uint8: 1, int32: 2, uint32: 2, float32: 3 };

/** The dtype two tensors meet in: bool < uint8 < int32 < float32; int32 and uint32 do not mix. */
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
