import { checkList } from "../../checks.ts";
import { ValueError } from "../../errors.ts";
import { type Shape, formatShape } from "../../shape.ts";

/** How many elements an axis has before and after resampling. */
export interface AxisScale {
  readonly from: number;
  readonly to: number;
  /** How many times as many there are after as before, if that is not `to` / `from`. */
  readonly factor: number | null;
}

/** A number for all axes behind the channels, or one for each. */
type PerAxis = number | readonly number[];

/**
 * The scale of each axis behind the channels from the size or the factors that are asked for.
 *
 * @param keepsSize - Whether a factor that leaves an axis as many elements counts as 1.
 */
export function scalesOf(
  shape: Shape,
  size: PerAxis | undefined,
  scaleFactor: PerAxis | undefined,
  keepsSize: boolean,
): AxisScale[] {
  const extents = shape.slice(2);
  const perAxis = (name: string, value: PerAxis): readonly number[] => {
    if (typeof value === "number") return extents.map(() => value);
    checkList("interpolate", name, value);
    if (value.length === extents.length) return value;
    throw new ValueError(
      `interpolate: ${name} [${value.join(", ")}] must be one number, or ${extents.length}, one for each axis behind the channels`,
    );
  };
  if (size !== undefined && scaleFactor === undefined) {
    const sizes = perAxis("size", size);
    if (sizes.every((n) => Number.isSafeInteger(n) && n > 0)) {
      return extents.map((from, i) => ({ from, to: sizes[i], factor: null }));
    }
    throw new ValueError(`interpolate: size ${sizes.join(", ")} must be positive integers`);
  }
  if (scaleFactor !== undefined && size === undefined) {
    const factors = perAxis("scaleFactor", scaleFactor);
    const sizes = extents.map((from, i) => Math.floor(from * factors[i]));
    if (!sizes.every((n) => Number.isSafeInteger(n) && n > 0)) {
      throw new ValueError(
        `interpolate: scaleFactor ${factors.join(", ")} must be finite, and leave something of ${formatShape(shape)}`,
      );
    }
    return extents.map((from, i) => {
      const to = sizes[i];
      return { from, to, factor: keepsSize && to === from ? null : factors[i] };
    });
  }
  throw new ValueError("interpolate: give either size or scaleFactor");
}

/** A length after resampling, in elements before it. What only rounding keeps from a whole number is that number. */
export function lengthBefore({ from, to, factor }: AxisScale, length: number): number {
  const before = factor === null ? (length * from) / to : length / factor;
  const whole = Math.round(before);
  return Math.abs(before - whole) <= 2 * Number.EPSILON * whole ? whole : before;
}

/** How far apart elements of the result lie, in elements of the input: their ends, or the centres of the first and last, coincide. */
export function stepOf(scale: AxisScale, alignCorners: boolean): number {
  if (!alignCorners) return lengthBefore(scale, 1);
  return scale.to > 1 ? (scale.from - 1) / (scale.to - 1) : 0;
}

/** Where element i of the result lies, in elements of the input. */
export function positionOf(scale: AxisScale, i: number, alignCorners: boolean): number {
  if (!alignCorners) return lengthBefore(scale, i + 0.5) - 0.5;
  return scale.to > 1 ? (i * (scale.from - 1)) / (scale.to - 1) : 0;
}
