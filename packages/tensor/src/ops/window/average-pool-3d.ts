import type { Tensor } from "../../tensor.ts";
import { type Operand, inFloat32 } from "../build.ts";
import { reshape } from "../views.ts";
import { type AveragePoolOptions, averages } from "./average-pool.ts";
import type { Triple } from "./geometry.ts";
import { poolWindows } from "./pool-windows.ts";
import { asColumns, columnWindows, planeWindows } from "./volume.ts";

export type AvgPool3dOptions = AveragePoolOptions<Triple>;

/**
 * Mean of each window over the last three axes; integers give float32.
 *
 * @param x - [..., depth, height, width].
 * @returns [..., depth', height', width'] with n' = ⌊(n + 2·padding - kernel) / stride⌋ + 1, rounded up in `ceilMode`.
 */
export function avgPool3d(x: Operand, kernel: Triple, options: AvgPool3dOptions = {}): Tensor {
  return inFloat32([x], (t) => {
    const { sliding, counts } = poolWindows("avgPool3d", t, kernel, options, 3);
    const [depth, height, width] = counts;
    const countPadding = options.countIncludePad !== false;
    // The elements of a window that count are a box: their number is a product, and the mean a mean of means.
    const inPlanes = averages(t, [height, width], planeWindows(sliding), countPadding);
    const columns = averages(asColumns(inPlanes), [depth, height * width], columnWindows(sliding), countPadding);
    return reshape(columns, [...t.shape.slice(0, -3), ...counts]);
  });
}
