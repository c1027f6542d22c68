import { ShapeError, ValueError } from "../../errors.ts";
import { type Shape, formatShape } from "../../shape.ts";
import { type Filter, cubic, linear } from "./filters.ts";

export type InterpolateMode = "nearest" | "nearest-exact" | "linear" | "bilinear" | "trilinear" | "bicubic" | "area";

/** How a mode of `interpolate` works. */
export interface Mode {
  /** For how many axes it is. */
  readonly axes: readonly number[];
  /** What interpolates, if it does. */
  readonly filter?: Filter;
  /** What is added to the number of an element before the nearest is looked up, if that is all. */
  readonly offset?: 0 | 0.5;
  /** Whether an axis stays as it is where a factor leaves it as many elements; as PyTorch has it. */
  readonly keepsSize?: boolean;
}

const modes: ReadonlyMap<InterpolateMode, Mode> = new Map<InterpolateMode, Mode>([
  ["nearest", { axes: [1, 2, 3], offset: 0 }],
  ["nearest-exact", { axes: [1, 2, 3], offset: 0.5 }],
  ["linear", { axes: [1], filter: linear, keepsSize: true }],
  ["bilinear", { axes: [2], filter: linear, keepsSize: true }],
  ["trilinear", { axes: [3], filter: linear, keepsSize: true }],
  ["bicubic", { axes: [2], filter: cubic }],
  ["area", { axes: [1, 2, 3] }],
]);

/** Looks a mode up, and throws where it is not for an input of this shape, or for these options. */
export function modeFor(name: InterpolateMode, shape: Shape, alignCorners: boolean, antialias: boolean): Mode {
  const mode = modes.get(name);
  if (mode === undefined) {
    throw new ValueError(`interpolate: mode "${String(name)}" is none of ${[...modes.keys()].join(", ")}`);
  }
  if (!mode.axes.includes(shape.length - 2) || shape.slice(2).includes(0)) {
    const axes =
      mode.axes.length > 1 ? "1 to 3 further axes" : `${mode.axes[0]} further ax${mode.axes[0] > 1 ? "es" : "is"}`;
    throw new ShapeError(
      `interpolate: ${formatShape(shape)} must be [batch, channels] and, for mode "${name}", ${axes}, not of extent 0`,
    );
  }
  if (alignCorners && mode.filter === undefined) {
    throw new ValueError(`interpolate: alignCorners is for the linear modes and bicubic, not for mode "${name}"`);
  }
  if (antialias && name !== "bilinear" && name !== "bicubic") {
    throw new ValueError(`interpolate: antialias is for the modes bilinear and bicubic, not for mode "${name}"`);
  }
  return mode;
}
