import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul } from "../arithmetic.ts";
import { floorDivide } from "../floor-divide.ts";
import { type Operand, asTensor } from "../build.ts";
import { gather } from "../indexing.ts";
import type { ValuesAndIndices } from "../reduce.ts";
import { reshape } from "../views.ts";
import type { Triple } from "./geometry.ts";
import { type MaxPoolOptions, maxPoolWindows, maxima } from "./max-pool.ts";
import { asColumns, columnWindows, planeWindows } from "./volume.ts";

export type MaxPool3dOptions = MaxPoolOptions<Triple>;

/**
 * Largest element of each window over the last three axes. The gradient goes to the first largest element.
 *
 * @param x - [..., depth, height, width].
 * @returns [..., depth', height', width'] with n' = ⌊(n + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1, rounded up
 *   in `ceilMode`.
 */
export function maxPool3d(x: Operand, kernel: Triple, options: MaxPool3dOptions = {}): Tensor {
  return pool("maxPool3d", x, kernel, options).values;
}

/** As `maxPool3d`, with the int32 index of each maximum in the flattened last three axes of the input. */
export function maxPool3dWithIndices(x: Operand, kernel: Triple, options: MaxPool3dOptions = {}): ValuesAndIndices {
  return pool("maxPool3dWithIndices", x, kernel, options);
}

function pool(name: string, x: Operand, kernel: Triple, options: MaxPool3dOptions): ValuesAndIndices {
  const t = asTensor(x);
  const { sliding, counts } = maxPoolWindows(name, t, kernel, options, 3);
  const [depth, ...plane] = counts;
  // The first largest element of each plane, and of these the one in the first plane.
  const inPlanes = maxima(t, plane, planeWindows(sliding));
  const columns = maxima(asColumns(inPlanes.values), [depth, sizeOf(plane)], columnWindows(sliding));
  const lead = t.shape.slice(0, -3);
  const shape = [...lead, ...counts];
  const at = reshape(columns.indices, [...lead, sizeOf(counts)]);
  const inPlane = gather(reshape(inPlanes.indices, [...lead, t.shape[t.ndim - 3] * sizeOf(plane)]), -1, at);
  const indices = add(mul(floorDivide(at, sizeOf(plane)), sizeOf(t.shape.slice(-2))), inPlane);
  return { values: reshape(columns.values, shape), indices: reshape(indices, shape) };
}
