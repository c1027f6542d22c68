import { type Device, checkDevice } from "../backend.ts";
import { checkInteger, checkOptions } from "../checks.ts";
import {
  type ConvertedArray, type DType, type TypedArray, asStorage, bytesPerElement, castElement, checkDType, dtypeOfArray,
  elementOf, hostArray, holds, isFloat,
} from "../dtype.ts"; // prettier-ignore
import { DTypeError, ShapeError, ValueError } from "../errors.ts";
import { createLeaf, createNode } from "../graph/create.ts";
import { newGradientSlot } from "../graph/gradient-slot.ts";
import { Storage } from "../graph/storage.ts";
import { activeTrace } from "../graph/trace.ts";
import { getBackend } from "../runtime/device.ts";
import { type Shape, checkShape, formatShape, sameShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { broadcastNode, fillNode, reshapeNode } from "./build.ts";
import { checkIndices } from "./check-indices.ts";
import { equal } from "./compare.ts";
import { integerIndex } from "./integer-index.ts";
import { cast } from "./unary.ts";
import { unsqueeze } from "./views.ts";

/** Numbers as JavaScript has them: a value, nested arrays of equal lengths, or a typed array. */
export type TensorData = number | boolean | readonly TensorData[] | TypedArray | ConvertedArray;

type NestedData = number | boolean | readonly TensorData[];

export interface TensorOptions {
  /** Shape for typed arrays and flat lists; otherwise read off the nesting. */
  readonly shape?: Shape | undefined;
  /**
   * Default: float32 for numbers, bool for nothing but booleans, that of the typed array; float32 for Float64Array and Float16Array, int32
   * for integers of 8 and 16 bits with a sign and of 16 without, uint8 for Uint8ClampedArray.
   */
  readonly dtype?: DType | undefined;
  /** Whether `backward` collects a gradient for it. */
  readonly requiresGrad?: boolean | undefined;
  /** The device it lives on; default the one of `setBackend`. */
  readonly backend?: Device | undefined;
}

/** Options of constructors that draw or fill. */
export interface CreateOptions {
  readonly dtype?: DType | undefined;
}

/**
 * A tensor from host data. A typed array of the dtype is taken over without a copy: do not write to it afterwards. Other
 * numbers become elements of the dtype as everywhere: floats round to the nearest (ties to even), integer dtypes truncate and
 * saturate, bool tests for non-zero; elements of integer arrays wrap.
 *
 * @throws {DTypeError} a BigInt64Array, a BigUint64Array or a DataView: convert it first.
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, { shape: true, dtype: true, requiresGrad: true, backend: true });
  const isTyped = ArrayBuffer.isView(data);
  const own = isTyped ? dtypeOfArray("tensor", data) : isBoolean(data) ? "bool" : "float32";
  const nested = isTyped ? [data.length] : nestedShape(data);
  const shape = options.shape ?? nested;
  checkShape("tensor", shape);
  if (options.shape !== undefined && !(nested.length <= 1 || sameShape(shape, nested))) {
    throw new ShapeError(`tensor: the nesting has shape ${formatShape(nested)}, the option says ${formatShape(shape)}`);
  }
  if (sizeOf(shape) !== sizeOf(nested)) {
    throw new ShapeError(`tensor: ${sizeOf(nested)} elements do not fill shape ${formatShape(shape)}`);
  }
  const dtype = options.dtype ?? own;
  checkDType("tensor", dtype);
  return leaf(isTyped ? hostOf(data, own, dtype) : fillHost(data, dtype, sizeOf(shape)), shape, dtype, options);
}

function leaf(host: TypedArray, shape: Shape, dtype: DType, options: TensorOptions): Tensor {
  const requiresGrad = options.requiresGrad === true;
  if (requiresGrad && !isFloat(dtype)) throw new DTypeError(`tensor: ${dtype} has no gradient; use float32`);
  // A recording must notice when the array holds other numbers at a later call.
  const own = activeTrace() === null ? host : host.slice();
  const storage = new Storage(dtype, own.length, own, true);
  const gradientSlot = requiresGrad ? newGradientSlot() : null;
  if (options.backend !== undefined) checkDevice("tensor", options.backend);
  const device = options.backend ?? getBackend();
  return new Tensor(createLeaf([...shape], dtype, storage, { requiresGrad, device, gradientSlot }));
}

function nestedShape(data: TensorData): number[] {
  const shape: number[] = [];
  for (let level = data; Array.isArray(level); level = level[0] as TensorData) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  return shape;
}

/** Whether there are booleans and nothing else. */
function isBoolean(data: NestedData): boolean {
  if (!Array.isArray(data)) return typeof data === "boolean";
  return data.length > 0 && data.every((item) => isBoolean(item as NestedData));
}

/** A typed array, whose elements stand for `own`, as the storage of `dtype`. */
function hostOf(data: TypedArray | ConvertedArray, own: DType, dtype: DType): TypedArray {
  const storage = asStorage(data, dtype);
  const needsCheck = dtype === "bool" || dtype === "float16"; // not all elements that their arrays hold are theirs
  if (storage !== null && !(needsCheck && storage.some((value) => elementOf(dtype, value) !== value))) return storage;
  const host = hostArray(dtype, data.length);
  for (let i = 0; i < host.length; i++) host[i] = castElement(own, dtype, data[i]);
  return host;
}

function fillHost(data: NestedData, dtype: DType, size: number): TypedArray {
  const host = hostArray(dtype, size);
  const shape = nestedShape(data);
  let next = 0;
  const visit = (value: NestedData, axis: number): void => {
    if (axis === shape.length) {
      if (typeof value !== "number" && typeof value !== "boolean") throw noElement(value, shape, axis);
      host[next++] = elementOf(dtype, Number(value));
      return;
    }
    if (!Array.isArray(value) || value.length !== shape[axis]) throw ragged(shape, axis);
    for (const item of value as readonly NestedData[]) visit(item, axis + 1);
  };
  visit(data, 0);
  return host;
}

function noElement(value: unknown, shape: Shape, axis: number): Error {
  if (value instanceof Tensor) {
    return new ValueError(
      "tensor: an element is a tensor itself; join tensors with stack or concat, and numbers with them too",
    );
  }
  return ragged(shape, axis);
}

function ragged(shape: Shape, axis: number): ShapeError {
  return new ShapeError(`tensor: the nested arrays are uneven at depth ${axis}; expected shape ${formatShape(shape)}`);
}

/** A tensor with one value everywhere, which becomes an element of the dtype as in `tensor`. */
export function full(shape: Shape, value: number | boolean, options: CreateOptions = {}): Tensor {
  return filled("full", shape, value, options);
}

function filled(operation: string, shape: Shape, value: number | boolean, options: CreateOptions): Tensor {
  checkShape(operation, shape);
  if (typeof value !== "number" && typeof value !== "boolean") {
    throw new ValueError(`${operation}: the value must be a number or a boolean, not ${String(value)}`);
  }
  const dtype = options.dtype ?? (typeof value === "boolean" ? "bool" : "float32");
  checkDType(operation, dtype);
  return new Tensor(fillNode(elementOf(dtype, Number(value)), [...shape], dtype));
}

/** Zeros. */
export function zeros(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/** Ones. */
export function ones(shape: Shape, options: CreateOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}

/** Zeros in the shape and dtype of another tensor. */
export function zerosLike(x: Tensor): Tensor {
  return full(x.shape, 0, { dtype: x.dtype });
}

/** Ones in the shape and dtype of another tensor. */
export function onesLike(x: Tensor): Tensor {
  return full(x.shape, 1, { dtype: x.dtype });
}

/** 0, 1, …, n - 1 as int32. */
function iota(n: number): Tensor {
  return new Tensor(createNode("iota", [], [n], "int32", null));
}

/**
 * start, start + step, … below stop (above, for a negative step); with one argument from 0. int32 if all arguments are
 * integers, else float32; each is start + i·step, rounded once.
 *
 * @throws {ValueError} integers that the dtype does not hold: give a dtype that does.
 */
export function arange(start: number, stop?: number, step = 1, options: CreateOptions = {}): Tensor {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0 || ![from, to, step].every(Number.isFinite)) {
    throw new ValueError(`arange: (${from}, ${to}, ${step}) must be finite and step not 0`);
  }
  const n = Math.max(0, Math.ceil((to - from) / step));
  const isInteger = [from, to, step].every(Number.isInteger);
  const dtype = options.dtype ?? (isInteger ? "int32" : "float32");
  checkDType("arange", dtype);
  const last = from + (n - 1) * step;
  if (isInteger && n > 0 && !(holds(dtype, from) && holds(dtype, last))) {
    throw new ValueError(`arange: ${dtype} does not hold ${from} to ${last}; give another dtype`);
  }
  if (!isInteger || (dtype !== "int32" && dtype !== "uint32")) {
    const host = hostArray(dtype, n).map((_, i) => elementOf(dtype, from + i * step));
    return leaf(host, [n], dtype, {});
  }
  let result = cast(iota(n), dtype);
  if (step !== 1) result = mul(result, step);
  return from === 0 ? result : add(result, from);
}

/** `count` numbers from start to stop, both included, evenly spaced. */
export function linspace(start: number, stop: number, count: number): Tensor {
  checkInteger("linspace", "count", count, 0);
  if (!Number.isFinite(start) || !Number.isFinite(stop)) {
    throw new ValueError(`linspace: start ${start} and stop ${stop} must be finite`);
  }
  const values = new Float32Array(count);
  // From the nearer end, so that both ends are exact.
  for (let i = 0; i < count; i++) {
    const fromStop = count - 1 - i;
    const step = count === 1 ? 0 : (stop - start) / (count - 1);
    values[i] = i <= fromStop ? start + step * i : stop - step * fromStop;
  }
  return leaf(values, [count], "float32", {});
}

/** The identity matrix, or ones on the diagonal of an n × m matrix. */
export function eye(n: number, m = n): Tensor {
  checkInteger("eye", "n", n, 0);
  checkInteger("eye", "m", m, 0);
  return cast(equal(unsqueeze(arange(n), 1), arange(m)), "float32");
}

/**
 * One-hot vectors along a new last axis: int32 ones at the classes given.
 *
 * @param indices - Integers in [0, classes).
 * @throws {ValueError} an index from the host that is none of these; one that a device computed gives zeros.
 */
export function oneHot(indices: Tensor, classes: number): Tensor {
  checkInteger("oneHot", "classes", classes, 1);
  const index = integerIndex("oneHot", indices);
  checkIndices("oneHot", index, classes);
  return cast(equal(unsqueeze(index, -1), arange(classes)), "int32");
}

/** Bytes a tensor of this shape and dtype takes. */
export function bytesOf(shape: Shape, dtype: DType): number {
  return sizeOf(shape) * bytesPerElement[dtype];
}

/** A tensor repeated to a shape, for code that works on shapes known to fit. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  const missing = shape.length - x.ndim;
  const padded = missing > 0 ? reshapeNode(x.node, [...new Array<number>(missing).fill(1), ...x.shape]) : x.node;
  return new Tensor(broadcastNode(padded, shape));
}
