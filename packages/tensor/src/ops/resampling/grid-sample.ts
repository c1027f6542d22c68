import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { add, mul } from "../arithmetic.ts";
import { type Operand, asTensor, floatNode, inFloat32 } from "../build.ts";
import { logicalAnd } from "../compare.ts";
import { zeros } from "../create.ts";
import { gather } from "../indexing.ts";
import { sum } from "../reduce.ts";
import { where } from "../select.ts";
import { expand, reshape, select } from "../views.ts";
import { type GridAxis, type GridPaddingMode, type GridSampleMode, gridTaps } from "./grid-taps.ts";

export type { GridPaddingMode, GridSampleMode } from "./grid-taps.ts";

export interface GridSampleOptions {
  /** What is made of the elements around a place; default `bilinear`. */
  readonly mode?: GridSampleMode | undefined;
  /** What lies outside: `zeros` (default), the element at the edge (`border`), or the image mirrored at its edges (`reflection`). */
  readonly paddingMode?: GridPaddingMode | undefined;
  /** Whether -1 and 1 are the centres of the corner elements, not their outer edges. */
  readonly alignCorners?: boolean | undefined;
}

const modes: readonly GridSampleMode[] = ["bilinear", "nearest", "bicubic"];
const paddingModes: readonly GridPaddingMode[] = ["zeros", "border", "reflection"];

/**
 * Looks images up at places given: element [n, c, i, j] of the result is channel c of image n at grid[n, i, j] = (x, y), where -1 is
 * left and top, 1 right and bottom; of volumes at (x, y, z). NaN counts as -1. Conventions are PyTorch's. Gradients flow to the images and, but for
 * `nearest`, to the grid.
 *
 * @param x - [batch, channels, height, width], or [batch, channels, depth, height, width], then not for `bicubic`. `nearest` keeps the
 *   dtype; the others give float32 for integers.
 * @param grid - [batch, height', width', 2], or [batch, depth', height', width', 3]; floats.
 * @returns [batch, channels, height', width'], or with a depth'.
 */
export function gridSample(x: Operand, grid: Operand, options: GridSampleOptions = {}): Tensor {
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  checkOneOf("mode", mode, modes);
  checkOneOf("paddingMode", paddingMode, paddingModes);
  const [image, places] = [asTensor(x), asTensor(grid)];
  checkShapes(image, places, mode);
  const how = { mode, paddingMode, alignCorners };
  if (mode === "nearest") return sample(image, new Tensor(floatNode(places, "float32")), how);
  return inFloat32([image, places], (t, at) => sample(t, at, how));
}

function sample(image: Tensor, grid: Tensor, how: Omit<GridAxis, "extent">): Tensor {
  const [batch, channels, ...extents] = image.shape;
  const wanted = grid.shape.slice(1, -1);
  const places = sizeOf(wanted);
  // The last axis comes first among the coordinates.
  const axes = extents.map((extent, axis) => {
    const coordinate = select(grid, grid.ndim - 1, extents.length - 1 - axis);
    return gridTaps(reshape(coordinate, [batch, places]), { ...how, extent });
  });
  const [, taps] = axes[0].index.shape;
  /** What the taps of all axes make together: [batch, taps, …, places]. */
  const crossed = (ofAxes: readonly Tensor[], combine: (a: Tensor, b: Tensor, axis: number) => Tensor): Tensor =>
    ofAxes
      .map((t, axis) => reshape(t, [batch, ...extents.map((_, other) => (other === axis ? taps : 1)), places]))
      .reduce(combine);
  const index = crossed(
    axes.map((axis) => axis.index),
    (rest, own, axis) => add(mul(rest, extents[axis]), own),
  );
  const tapCount = taps ** extents.length;
  const everyChannel = expand(reshape(index, [batch, 1, tapCount * places]), [batch, channels, -1]);
  const pixels = reshape(image, [batch, channels, sizeOf(extents)]);
  let values = reshape(gather(pixels, 2, everyChannel), [batch, channels, tapCount, places]);
  const perTap = (t: Tensor): Tensor => reshape(t, [batch, 1, tapCount, places]);
  const isInside = axes.map((axis) => axis.isInside).filter((t) => t !== null);
  if (isInside.length > 0) {
    values = where(perTap(crossed(isInside, logicalAnd)), values, zeros([], { dtype: image.dtype }));
  }
  const weights = axes.map((axis) => axis.weight).filter((t) => t !== null);
  if (weights.length > 0) values = sum(mul(values, perTap(crossed(weights, mul))), { axis: 2 });
  return reshape(values, [batch, channels, ...wanted]);
}

function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new ValueError(`gridSample: ${name} "${String(value)}" is none of ${known.join(", ")}`);
}

function checkShapes(image: Tensor, grid: Tensor, mode: GridSampleMode): void {
  const axes = image.ndim - 2;
  if ((axes !== 2 && axes !== 3) || image.shape.slice(2).includes(0)) {
    throw new ShapeError(
      `gridSample: ${formatShape(image.shape)} must be [batch, channels, height, width], or have a depth too, with a height and width that are ` +
        "not 0",
    );
  }
  if (axes === 3 && mode === "bicubic") throw new ValueError("gridSample: bicubic is for images, not for volumes");
  if (grid.ndim !== image.ndim || grid.shape[0] !== image.shape[0] || grid.shape[axes + 1] !== axes) {
    const extents = axes === 3 ? "depth, height, width" : "height, width";
    throw new ShapeError(
      `gridSample: the grid ${formatShape(grid.shape)} must be [${image.shape[0]}, ${extents}, ${axes}] for ` +
        formatShape(image.shape),
    );
  }
}
