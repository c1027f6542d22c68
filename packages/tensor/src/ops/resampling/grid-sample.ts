import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { add, mul } from "../arithmetic.ts";
import { type Operand, asTensor, floatNode, inFloat32 } from "../build.ts";
import { logicalAnd } from "../compare.ts";
import { zeros } from "../create.ts";
import { gather } from "../indexing.ts";
import { sum } from "../reduce.ts";
import { where } from "../select.ts";
import { expand, reshape, select, unsqueeze } from "../views.ts";
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
 * left and top, 1 right and bottom. NaN counts as -1. Conventions are PyTorch's. Gradients flow to the images and, but for
 * `nearest`, to the grid.
 *
 * @param x - [batch, channels, height, width]. `nearest` keeps the dtype; the others give float32 for integers.
 * @param grid - [batch, height', width', 2], floats.
 * @returns [batch, channels, height', width'].
 */
export function gridSample(x: Operand, grid: Operand, options: GridSampleOptions = {}): Tensor {
  const { mode = "bilinear", paddingMode = "zeros", alignCorners = false } = options;
  checkOneOf("mode", mode, modes);
  checkOneOf("paddingMode", paddingMode, paddingModes);
  const [image, places] = [asTensor(x), asTensor(grid)];
  checkShapes(image, places);
  const how = { mode, paddingMode, alignCorners };
  if (mode === "nearest") return sample(image, new Tensor(floatNode(places, "float32")), how);
  return inFloat32([image, places], (t, at) => sample(t, at, how));
}

function sample(image: Tensor, grid: Tensor, how: Omit<GridAxis, "extent">): Tensor {
  const [batch, channels, height, width] = image.shape;
  const [, rowCount, columnCount] = grid.shape;
  const places = rowCount * columnCount;
  const along = (coordinate: number): Tensor => reshape(select(grid, 3, coordinate), [batch, places]);
  const columns = gridTaps(along(0), { ...how, extent: width });
  const rows = gridTaps(along(1), { ...how, extent: height });
  const [, taps] = columns.index.shape;
  /** What two taps, of a row and of a column, make: [batch, taps, taps, places]. */
  const crossed = (row: Tensor, column: Tensor, combine: (a: Tensor, b: Tensor) => Tensor): Tensor =>
    combine(unsqueeze(row, 2), unsqueeze(column, 1));
  const index = crossed(rows.index, columns.index, (row, column) => add(mul(row, width), column));
  const everyChannel = expand(reshape(index, [batch, 1, taps * taps * places]), [batch, channels, -1]);
  const pixels = reshape(image, [batch, channels, height * width]);
  let values = reshape(gather(pixels, 2, everyChannel), [batch, channels, taps, taps, places]);
  if (rows.isInside !== null && columns.isInside !== null) {
    const isInside = crossed(rows.isInside, columns.isInside, logicalAnd);
    values = where(unsqueeze(isInside, 1), values, zeros([], { dtype: image.dtype }));
  }
  if (rows.weight !== null && columns.weight !== null) {
    values = sum(mul(values, unsqueeze(crossed(rows.weight, columns.weight, mul), 1)), { axis: [2, 3] });
  }
  return reshape(values, [batch, channels, rowCount, columnCount]);
}

function checkOneOf(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  throw new ValueError(`gridSample: ${name} "${String(value)}" is none of ${known.join(", ")}`);
}

function checkShapes(image: Tensor, grid: Tensor): void {
  if (image.ndim !== 4 || image.shape.slice(2).includes(0)) {
    throw new ShapeError(
      `gridSample: ${formatShape(image.shape)} must be [batch, channels, height, width], with a height and width that are not 0`,
    );
  }
  if (grid.ndim !== 4 || grid.shape[0] !== image.shape[0] || grid.shape[3] !== 2) {
    throw new ShapeError(
      `gridSample: the grid ${formatShape(grid.shape)} must be [${image.shape[0]}, height, width, 2] for images ${formatShape(image.shape)}`,
    );
  }
}
