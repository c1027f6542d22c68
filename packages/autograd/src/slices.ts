import { type Range, type Shape, Tensor, concat, createNode, reshape, slice, zeros } from "@minima/tensor";

/** The gradient of a slice, and where the slice lay. */
export interface SliceGradient {
  readonly gradient: Tensor;
  readonly starts: readonly number[];
  readonly steps: readonly number[];
}

/**
 * The gradients of a tensor from those of its slices: parts that lie side by side along one axis join to one tensor,
 * others are put back among zeros one by one.
 */
export function joinSlices(shape: Shape, parts: readonly SliceGradient[]): Tensor[] {
  const axis = parts.length > 1 ? commonAxis(shape, parts) : null;
  const joined = axis === null ? null : sideBySide(shape, parts, axis);
  return joined === null ? parts.map((part) => restoreSlice(shape, part)) : [joined];
}

/** The one axis along which all parts are cut, if they are whole along the others. */
function commonAxis(shape: Shape, parts: readonly SliceGradient[]): number | null {
  const cut = shape.map((extent, axis) => parts.some(({ gradient }) => gradient.shape[axis] !== extent));
  const axis = cut.indexOf(true);
  const isPlain = parts.every(({ steps }) => steps.every((step) => step === 1));
  return isPlain && axis >= 0 && cut.indexOf(true, axis + 1) < 0 ? axis : null;
}

function sideBySide(shape: Shape, parts: readonly SliceGradient[], axis: number): Tensor | null {
  const sorted = [...parts].sort((p, q) => p.starts[axis] - q.starts[axis]);
  const pieces: Tensor[] = [];
  let end = 0;
  const fill = (to: number): void => {
    if (to > end) pieces.push(zeros(shape.map((extent, k) => (k === axis ? to - end : extent))));
  };
  for (const { gradient, starts } of sorted) {
    if (starts[axis] < end) return null; // overlaps
    fill(starts[axis]);
    pieces.push(gradient);
    end = starts[axis] + gradient.shape[axis];
  }
  fill(shape[axis]);
  return concat(pieces, axis);
}

/** Puts the elements of a slice back to their places among zeros. */
export function restoreSlice(shape: Shape, { gradient: g, starts, steps }: SliceGradient): Tensor {
  // Turn flipped axes round, spread stepped ones by zeros behind each element, and fill up with zeros on both sides.
  let result = slice(
    g,
    g.shape.map((_, axis): Range | null => (steps[axis] < 0 ? [null, null, -1] : null)),
  );
  const stride = steps.map(Math.abs);
  if (stride.some((step, axis) => step > 1 && g.shape[axis] > 1)) {
    const spread = result.shape.flatMap((extent) => [extent, 1]);
    const behind = stride.flatMap((step) => [0, step - 1]);
    const wide = padZeros(
      reshape(result, spread),
      behind.map(() => 0),
      behind,
    );
    result = reshape(
      wide,
      result.shape.map((extent, axis) => extent * stride[axis]),
    );
  }
  const first = starts.map((start, axis) => (steps[axis] < 0 ? start + (g.shape[axis] - 1) * steps[axis] : start));
  const room = shape.map((extent, axis) => extent - first[axis]);
  // The zeros behind the last element may reach over the edge.
  const fitted = slice(
    result,
    result.shape.map((extent, axis): Range => [0, Math.min(extent, room[axis])]),
  );
  return padZeros(
    fitted,
    first,
    shape.map((extent, axis) => extent - first[axis] - fitted.shape[axis]),
  );
}

function padZeros(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  if (before.every((n) => n === 0) && after.every((n) => n === 0)) return x;
  const shape = x.shape.map((extent, axis) => before[axis] + extent + after[axis]);
  return new Tensor(createNode("pad", [x.node], shape, x.dtype, { before, after }));
}
