import type { Affine } from "../kernel/step.ts";
import { type Shape, stridesOf } from "../shape.ts";

/** Position on each axis of a tensor as a function of the loop variables. */
export type Index = readonly Affine[];

/** The constant function. */
export function constant(value: number, loops: number): Affine {
  return { offset: value, strides: new Array<number>(loops).fill(0) };
}

/** The value of one loop variable. */
export function variable(loop: number, loops: number): Affine {
  const strides = new Array<number>(loops).fill(0);
  strides[loop] = 1;
  return { offset: 0, strides };
}

/** factor · a + offset. */
export function scale(a: Affine, factor: number, offset: number): Affine {
  return { offset: a.offset * factor + offset, strides: a.strides.map((stride) => stride * factor) };
}

export function plus(a: Affine, b: Affine): Affine {
  return { offset: a.offset + b.offset, strides: a.strides.map((stride, loop) => stride + b.strides[loop]) };
}

/** Row-major position of an index in a tensor of this shape. */
export function linearize(index: Index, shape: Shape, loops: number): Affine {
  const strides = new Array<number>(loops).fill(0);
  let offset = 0;
  let unit = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const at = index[axis];
    offset += at.offset * unit;
    for (let loop = 0; loop < loops; loop++) strides[loop] += at.strides[loop] * unit;
    unit *= shape[axis];
  }
  return { offset, strides };
}

/**
 * The index in a tensor of this shape whose row-major position is `linear`, or null if it is no affine function of the
 * loops. An axis of stride s takes the terms that are multiples of s, provided that what is left can never reach s.
 */
export function delinearize(linear: Affine, shape: Shape, extents: readonly number[]): Index | null {
  const strides = stridesOf(shape);
  const terms = [...linear.strides];
  let offset = linear.offset;
  const index: Affine[] = [];
  for (let axis = 0; axis < shape.length; axis++) {
    const unit = strides[axis];
    const own = terms.map((term) => (unit !== 0 && term % unit === 0 ? term / unit : 0));
    const ownOffset = unit === 0 ? 0 : Math.floor(offset / unit);
    own.forEach((count, loop) => (terms[loop] -= count * unit));
    offset -= ownOffset * unit;
    const [low, high] = range({ offset, strides: terms }, extents);
    if (low < 0 || high >= Math.max(unit, 1)) return null;
    const at = { offset: ownOffset, strides: own };
    const [first, last] = range(at, extents);
    if (first < 0 || last >= shape[axis]) {
      if (shape[axis] > 0) return null;
    }
    index.push(at);
  }
  return index;
}

/** Smallest and largest value over the loops. */
export function range(a: Affine, extents: readonly number[]): [number, number] {
  let low = a.offset;
  let high = a.offset;
  a.strides.forEach((stride, loop) => {
    const reach = stride * Math.max(0, extents[loop] - 1);
    if (reach < 0) low += reach;
    else high += reach;
  });
  return [low, high];
}

/** Numbers that are equal for equal indices, of one number of loops, with two numbers in front of them. */
export function indexWords(index: Index, first: number, second: number): number[] {
  const words = [first, second];
  for (const at of index) {
    words.push(at.offset);
    for (let loop = 0; loop < at.strides.length; loop++) words.push(at.strides[loop]);
  }
  return words;
}
