import { type Shape, sameShape, sizeOf } from "../shape.ts";

/**
 * The order in which a kernel folds, by the shape of what is folded alone, so that sums have the same bits whatever else
 * the kernel does, and wherever it reads from.
 */
export interface FoldOrder {
  /** For each folded axis, the number of its group: axes side by side are folded as if they were one. */
  readonly groups: readonly number[];
  /** How many elements a group has. */
  readonly extents: readonly number[];
  /** Whether the last axis is folded, so that what is folded lies side by side in the tensor. */
  readonly isAlongRows: boolean;
}

/** The order in which a tensor is folded along some axes; axes of one element do not count. */
export function foldOrder(shape: Shape, axes: readonly number[]): FoldOrder {
  const groups: number[] = [];
  const extents: number[] = [];
  let previous = -1;
  for (const axis of axes) {
    const isBeside = groups.length > 0 && sizeOf(shape.slice(previous + 1, axis)) === 1;
    if (isBeside) extents[extents.length - 1] *= shape[axis];
    else extents.push(shape[axis]);
    groups.push(extents.length - 1);
    previous = axis;
  }
  return { groups, extents, isAlongRows: sizeOf(shape.slice(previous + 1)) === 1 };
}

export function sameOrder(a: FoldOrder | null, b: FoldOrder | null): boolean {
  if (a === null || b === null) return a === b;
  return a.isAlongRows === b.isAlongRows && sameShape(a.extents, b.extents) && sameShape(a.groups, b.groups);
}
