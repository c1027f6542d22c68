import { checkList } from "../../checks.ts";
import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape, sameShape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, sub } from "../arithmetic.ts";
import { type Operand, asTensor, inFloat32 } from "../build.ts";
import { arange, ones } from "../create.ts";
import { meshgrid } from "../grid.ts";
import { matmul } from "../matmul.ts";
import { reshape, stack, transpose } from "../views.ts";

export interface AffineGridOptions {
  /** Whether -1 and 1 are the centres of the corner elements, not their outer edges; as in `gridSample`. */
  readonly alignCorners?: boolean | undefined;
}

/**
 * The places that an affine map gives the elements of an image, for `gridSample`: theta · (x, y, 1) with x and y from -1 (left, top) to
 * 1 (right, bottom); of a volume theta · (x, y, z, 1).
 *
 * @param theta - [batch, 2, 3], or [batch, 3, 4] for volumes.
 * @param size - Shape of the result of `gridSample`: [batch, channels, height, width] or [batch, channels, depth, height, width].
 * @returns [batch, height, width, 2] or [batch, depth, height, width, 3]; integers give float32.
 */
export function affineGrid(theta: Operand, size: readonly number[], options: AffineGridOptions = {}): Tensor {
  const given = asTensor(theta);
  checkList("affineGrid", "the size", size);
  const axes = size.length - 2;
  if ((axes !== 2 && axes !== 3) || !size.every((n) => Number.isSafeInteger(n) && n > 0)) {
    throw new ValueError(
      `affineGrid: size ${formatShape(size)} must be 4 or 5 positive integers, the batch and channels first`,
    );
  }
  const [batch] = size;
  if (!sameShape(given.shape, [batch, axes, axes + 1])) {
    throw new ShapeError(
      `affineGrid: theta ${formatShape(given.shape)} must be ${formatShape([batch, axes, axes + 1])} for size ${formatShape(size)}`,
    );
  }
  const extents = size.slice(2);
  return inFloat32([given], (matrices) => {
    const coordinates = meshgrid(extents.map((n) => centres(n, options.alignCorners === true)));
    const points = stack([...coordinates.reverse(), ones(extents)], -1);
    const mapped = matmul(reshape(points, [sizeOf(extents), axes + 1]), transpose(matrices));
    return reshape(mapped, [batch, ...extents, axes]);
  });
}

/** Where the centres of n elements lie between -1 and 1. */
function centres(n: number, alignCorners: boolean): Tensor {
  return div(sub(mul(arange(n), 2), n - 1), alignCorners ? Math.max(1, n - 1) : n);
}
