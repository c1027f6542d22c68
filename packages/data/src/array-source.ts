import type { DType } from "@minima/tensor";
import { DTypeError, formatShape, ShapeError, sizeOf } from "@minima/tensor";
import type { RowSpec } from "./dataset.ts";
import type { Normalization } from "./normalization.ts";

/** Typed arrays a data set may stand on; batches hold one of the dtypes of tensors. */
export type HostArray =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

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

/** Dtypes that hold an array's elements; the first is the array's own if a tensor has it. Floats never turn to integers. */
function dtypesFor(data: HostArray): { own: DType | undefined; allowed: readonly DType[]; label: string } {
  if (data instanceof Uint8Array) {
    return { own: "uint8", allowed: ["uint8", "bool", "int32", "uint32", "float32"], label: "uint8" };
  }
  if (data instanceof Int8Array) return { own: undefined, allowed: ["int32", "float32"], label: "int8" };
  if (data instanceof Uint16Array) return { own: undefined, allowed: ["int32", "uint32", "float32"], label: "uint16" };
  if (data instanceof Int16Array) return { own: undefined, allowed: ["int32", "float32"], label: "int16" };
  if (data instanceof Uint32Array) return { own: "uint32", allowed: ["uint32", "float32"], label: "uint32" };
  if (data instanceof Int32Array) return { own: "int32", allowed: ["int32", "float32"], label: "int32" };
  if (data instanceof Float32Array) return { own: "float32", allowed: ["float32"], label: "float32" };
  if (data instanceof Float64Array) return { own: undefined, allowed: ["float32"], label: "float64" };
  throw new DTypeError(`expected a typed array of numbers, got ${describe(data)}`);
}

function describe(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** The dtype batches of `source` have. `name` is how errors call the source. */
export function batchDType(name: string, source: ArraySource): DType {
  const { own, allowed, label } = dtypesFor(source.data);
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
