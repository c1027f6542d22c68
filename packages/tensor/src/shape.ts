import { checkList } from "./checks.ts";
import { ShapeError, ValueError } from "./errors.ts";

/** Extents of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements: the product of the extents. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis];
  return size;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Same rank and extents. */
export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}

/** `[2, 3]` as text for messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Throws unless every extent is a non-negative integer and the size stays exactly representable. */
export function checkShape(operation: string, shape: Shape): void {
  checkList(operation, "the shape", shape);
  for (const extent of shape) {
    if (!Number.isInteger(extent) || extent < 0) {
      throw new ShapeError(`${operation}: shape ${formatShape(shape)} must hold integers of at least 0`);
    }
  }
  if (sizeOf(shape) > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(`${operation}: shape ${formatShape(shape)} has too many elements`);
  }
}

/** Axis counted from the front; negative axes count from the back. */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= rank) {
    if (typeof axis !== "number")
      throw new ValueError(`${operation}: the axis must be a number, not ${JSON.stringify(axis)}`);
    throw new ValueError(`${operation}: axis ${axis} is not one of the ${rank} axes (${-rank} to ${rank - 1})`);
  }
  return result;
}

/**
 * Axes from the front, ascending, each once; undefined or null means all of them. A scalar may be asked for axis 0 or -1, as in
 * PyTorch, and has none.
 */
export function normalizeAxes(operation: string, axes: number | readonly number[] | null | undefined, rank: number) {
  if (axes === undefined || axes === null) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof axes === "number" ? [axes] : axes;
  checkList(operation, "the axes", list);
  if (rank === 0 && list.length === 1 && (list[0] === 0 || list[0] === -1)) return [];
  const result = list.map((axis) => normalizeAxis(operation, axis, rank)).sort((a, b) => a - b);
  if (new Set(result).size !== result.length) {
    throw new ValueError(`${operation}: axes [${list.join(", ")}] name one axis twice`);
  }
  return result;
}

/** Index on an axis of `extent` elements, counted from the front; negative ones count from the back. */
export function normalizeIndex(operation: string, index: number, extent: number): number {
  const result = index < 0 ? index + extent : index;
  if (!Number.isInteger(index) || result < 0 || result >= extent) {
    throw new ValueError(`${operation}: index ${index} must be an integer from ${-extent} to ${extent - 1}`);
  }
  return result;
}

/** The shape both operands broadcast to, by NumPy's rules. */
export function broadcastShapes(operation: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const result = new Array<number>(rank);
  for (let axis = 0; axis < rank; axis++) {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${operation}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: ` +
          `axis ${axis - rank} is ${x} on one side and ${y} on the other, and neither is 1`,
      );
    }
    result[axis] = x === 1 ? y : x;
  }
  return result;
}

/** Shape after reducing `axes` (ascending): kept with extent 1, or dropped. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const result: number[] = [];
  shape.forEach((extent, axis) => {
    if (!axes.includes(axis)) result.push(extent);
    else if (keepDims) result.push(1);
  });
  return result;
}
