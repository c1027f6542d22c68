import type { DType } from "@minima/tensor";
import { DTypeError, formatShape, ShapeError, sizeOf } from "@minima/tensor";
import type { RowSpec } from "./dataset.ts";
import type { Normalization } from "./normalization.ts";

/** Typed arrays a data set may stand on; batches hold one of the dtypes of tensors. */
export type HostArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** All inputs or all targets of a data set, in one array in host memory. */
export interface ArraySource {
  /** The elements, row after row. Kept, not copied. */
  readonly data: HostArray;
  /** Shape of the whole array; the first axis counts the rows. Default: one element a row. */
  readonly shape?: readonly number[] | undefined;
  /**
   * Dtype of batches. Default: float32 with `scale` or `normalize`, else the array's own; arrays that no tensor has
   * (int8, int16, uint16, float64) need it. Bytes stay bytes in memory and are converted batch by batch.
   */
  readonly dtype?: DType | undefined;
  /** Multiplies every element; 1 / 255 brings bytes to the range from 0 to 1. Batches are float32. */
  readonly scale?: number | undefined;
  /** Standardises after scaling. Batches are float32. */
  readonly normalize?: Normalization | undefined;
}

/** What batches can hold of the elements of a typed array. */
interface Elements {
  /** As errors call them. */
  readonly label: string;
  /** The dtype that tensors have for them, if there is one. */
  readonly own?: DType;
  /** All that hold them. Floats never turn to integers. */
  readonly allowed: readonly DType[];
}

const bytes: Elements = { label: "uint8", own: "uint8", allowed: ["uint8", "bool", "int32", "uint32", "float32"] };

const elementsByTag: Readonly<Record<string, Elements>> = {
  Uint8Array: bytes,
  Uint8ClampedArray: bytes,
  Int8Array: { label: "int8", allowed: ["int32", "float32"] },
  Uint16Array: { label: "uint16", allowed: ["int32", "uint32", "float32"] },
  Int16Array: { label: "int16", allowed: ["int32", "float32"] },
  Uint32Array: { label: "uint32", own: "uint32", allowed: ["uint32", "float32"] },
  Int32Array: { label: "int32", own: "int32", allowed: ["int32", "float32"] },
  Float32Array: { label: "float32", own: "float32", allowed: ["float32"] },
  Float64Array: { label: "float64", allowed: ["float32"] },
};

/** The tag says what an array is also where another window, worker or context has made it. */
function elementsOf(name: string, data: HostArray): Elements {
  const tag = Object.prototype.toString.call(data).slice(8, -1);
  if (Object.hasOwn(elementsByTag, tag)) return elementsByTag[tag];
  throw new DTypeError(`${name}: expected a typed array of numbers, got ${tag}`);
}

/** Whether the elements are bytes. */
export function hasBytes(data: HostArray): boolean {
  return elementsOf("data", data) === bytes;
}

/** The dtype batches of `source` have. `name` is how errors call the source. */
export function batchDType(name: string, source: ArraySource): DType {
  const { own, allowed, label } = elementsOf(name, source.data);
  const converts = source.scale !== undefined || source.normalize !== undefined;
  const dtype = source.dtype ?? (converts ? "float32" : own);
  if (dtype === undefined) {
    const choices = allowed.map((choice) => `"${choice}"`).join(" or ");
    throw new DTypeError(`${name}: tensors have no ${label}; say what batches should hold with dtype: ${choices}`);
  }
  if (converts && dtype !== "float32") {
    throw new DTypeError(`${name}: scale and normalize give float32, not ${dtype}; leave out one or the other`);
  }
  if (!allowed.includes(dtype)) {
    throw new DTypeError(`${name}: ${label} data cannot be read as ${dtype}; possible: ${allowed.join(", ")}`);
  }
  return dtype;
}

/** Number of rows and shape of a row, checked against the length of the array. */
export function rowsOf(name: string, source: ArraySource): { count: number; shape: RowSpec["shape"] } {
  const shape = source.shape ?? [source.data.length];
  if (shape.length === 0 || !shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0)) {
    throw new ShapeError(
      `${name}: shape ${formatShape(shape)} must have at least one axis, all of them integers from 0 up`,
    );
  }
  const size = sizeOf(shape);
  if (size !== source.data.length) {
    throw new ShapeError(
      `${name}: shape ${formatShape(shape)} has ${size} elements, the array has ${source.data.length}; ` +
        `the first axis counts the rows`,
    );
  }
  return { count: shape[0], shape: shape.slice(1) };
}
