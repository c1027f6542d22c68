import type { Tensor } from "../../tensor.ts";
import { type Operand, asTensor, inFloat32 } from "../build.ts";
import { reshape } from "../views.ts";
import { averagesApart, maximaApart, outputExtents } from "./adaptive-pool.ts";
import { asColumns } from "./volume.ts";

/** Extents of the output: one number for all three axes, or [depth, height, width]; null keeps an extent. */
export type OutputSize3d = number | readonly [depth: number | null, height: number | null, width: number | null];

/**
 * As `adaptiveAvgPool2d`, over the last three axes.
 *
 * @param x - [..., depth, height, width]; gives [..., outputSize].
 */
export function adaptiveAvgPool3d(x: Operand, outputSize: OutputSize3d): Tensor {
  return inFloat32([x], (t) => pool("adaptiveAvgPool3d", t, outputSize, averagesApart));
}

/**
 * As `adaptiveMaxPool2d`, over the last three axes. The gradient goes to the first largest element of a window.
 *
 * @param x - [..., depth, height, width]; gives [..., outputSize].
 */
export function adaptiveMaxPool3d(x: Operand, outputSize: OutputSize3d): Tensor {
  return pool("adaptiveMaxPool3d", asTensor(x), outputSize, maximaApart);
}

function pool(
  name: string,
  t: Tensor,
  outputSize: OutputSize3d,
  planes: (t: Tensor, height: number, width: number) => Tensor,
): Tensor {
  const [depth, height, width] = outputExtents(name, t, outputSize, 3);
  const columns = planes(asColumns(planes(t, height, width)), depth, height * width);
  return reshape(columns, [...t.shape.slice(0, -3), depth, height, width]);
}
