import {
  named,
  type Operand,
  ShapeError,
  type Tensor,
  add,
  asTensor,
  formatShape,
  greater,
  inFloat32,
  lessEqual,
  minimumWithTiesToSecond,
  mul,
  relu,
  reshape,
  where,
  withGradient,
} from "@minima/tensor";

/**
 * x for x > 0, else negativeSlope·x; its derivative at 0 is the slope. Maas, Hannun, Ng 2013, "Rectifier nonlinearities
 * improve neural network acoustic models".
 *
 * @param options.negativeSlope - Default 0.01.
 */
export function leakyRelu(x: Operand, options: { negativeSlope?: number | undefined } = {}): Tensor {
  const { negativeSlope = 0.01 } = options;
  return inFloat32([x], (t) => {
    const scaled = (value: Tensor): Tensor => where(greater(t, 0), value, mul(value, negativeSlope));
    return withGradient(
      [t],
      () => scaled(t),
      (g) => [scaled(g)],
    );
  });
}

/**
 * max(0, x) + w·min(0, x) with a learned slope; at 0 the derivative is w. He, Zhang, Ren, Sun 2015, "Delving deep into
 * rectifiers".
 *
 * @param x - Any shape; with one slope a channel, channels are axis 1.
 * @param weight - [1], or [channels].
 */
export function prelu(x: Operand, weight: Tensor): Tensor {
  const t = asTensor(x);
  if (weight.size !== 1 && (weight.ndim !== 1 || t.ndim < 2 || weight.size !== t.shape[1])) {
    throw new ShapeError(
      `prelu: weight ${formatShape(weight.shape)} must be [1]` +
        (t.ndim < 2 ? "" : `, or [${t.shape[1]}] for the channels`) +
        ` of input ${formatShape(t.shape)}`,
    );
  }
  const slope = reshape(weight, weight.size === 1 ? [] : t.shape.map((extent, axis) => (axis === 1 ? extent : 1)));
  return add(relu(t), mul(slope, minimumWithTiesToSecond(0, t)));
}

/** x where it lies above the threshold, else the value. Its derivative at the threshold is 0. */
export function threshold(x: Operand, limit: number, value: number): Tensor {
  return named("threshold", () => {
    const t = asTensor(x);
    return where(lessEqual(t, limit), value, t);
  });
}
