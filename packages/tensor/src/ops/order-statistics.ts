import { ValueError } from "../errors.ts";
import { formatShape, normalizeAxis, reducedShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { lerp } from "./blend.ts";
import { type Operand, asTensor, inFloat32 } from "./build.ts";
import { isNaN, notEqual } from "./compare.ts";
import { type AxisOptions, type ReduceOptions, any, sum } from "./reduce.ts";
import { where } from "./select.ts";
import { sort } from "./sort.ts";
import { reshape, select } from "./views.ts";

/** How many elements over axes are not 0, as int32; NaN counts. */
export function countNonzero(x: Operand, options: ReduceOptions = {}): Tensor {
  return sum(notEqual(asTensor(x), 0), options);
}

/**
 * The value below which a share q of the elements lies, along an axis or of the whole tensor, in float32. Between two
 * elements it is interpolated linearly: position q·(n - 1) in the sorted elements. NaN if there is one.
 *
 * @param q - From 0 to 1.
 */
export function quantile(x: Operand, q: number, options: AxisOptions = {}): Tensor {
  return inFloat32([x], (t) => {
    if (!(q >= 0 && q <= 1)) throw new ValueError(`quantile: q ${q} must lie in [0, 1]`);
    const whole = options.axis === undefined || options.axis === null;
    const source = whole ? reshape(t, [t.size]) : t;
    const axis = normalizeAxis("quantile", options.axis ?? 0, source.ndim);
    const extent = source.shape[axis];
    if (extent === 0) throw new ValueError(`quantile: an axis of extent 0 has none (shape ${formatShape(t.shape)})`);
    const { values } = sort(source, { axis });
    const position = q * (extent - 1);
    const below = select(values, axis, Math.floor(position));
    const fraction = position - Math.floor(position);
    const found = fraction === 0 ? below : lerp(below, select(values, axis, Math.ceil(position)), fraction);
    const result = where(any(isNaN(source), { axis }), NaN, found);
    if (options.keepDims !== true) return result;
    return reshape(result, whole ? t.shape.map(() => 1) : reducedShape(t.shape, [axis], true));
  });
}

/**
 * The middle of the sorted elements along an axis or of the whole tensor, in float32; of an even number the mean of the two
 * in the middle, as in NumPy (PyTorch takes the lower one).
 */
export function median(x: Operand, options: AxisOptions = {}): Tensor {
  return quantile(x, 0.5, options);
}
