import { ShapeError, ValueError } from "../../errors.ts";
import { formatShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type PerAxis, type Sliding, perAxis, windowCounts } from "./geometry.ts";

interface PoolWindowOptions {
  readonly stride?: PerAxis | undefined;
  readonly padding?: PerAxis | undefined;
  readonly dilation?: PerAxis | undefined;
  readonly ceilMode?: boolean | undefined;
}

/** The windows of pooling over the last `axes` axes, and how many there are along each. */
export function poolWindows(
  name: string,
  t: Tensor,
  kernel: PerAxis,
  options: PoolWindowOptions,
  axes: number,
): { readonly sliding: Sliding; readonly counts: number[] } {
  if (t.ndim < axes) {
    throw new ShapeError(`${name}: ${formatShape(t.shape)} has fewer than ${axes} ${axes === 1 ? "axis" : "axes"}`);
  }
  const sliding = poolSliding(name, kernel, options, axes);
  return { sliding, counts: windowCounts(name, t.shape.slice(-axes), sliding, options.ceilMode === true) };
}

/** How the windows of pooling slide over `axes` axes. */
export function poolSliding(name: string, kernel: PerAxis, options: PoolWindowOptions, axes: number): Sliding {
  const window = perAxis(name, "kernel", kernel, axes, 1);
  const stride = perAxis(name, "stride", options.stride ?? kernel, axes, 1);
  const dilation = perAxis(name, "dilation", options.dilation ?? 1, axes, 1);
  const padding = perAxis(name, "padding", options.padding ?? 0, axes, 0);
  if (padding.some((n, axis) => n > window[axis] / 2)) {
    throw new ValueError(`${name}: padding ${padding.join(", ")} must be at most half the kernel ${window.join(", ")}`);
  }
  return { window, stride, dilation, padBefore: padding, padAfter: padding };
}
