import {
  type Operand,
  type Tensor,
  ValueError,
  add,
  div,
  greater,
  inFloat32,
  less,
  logicalAnd,
  maximumWithTiesToSecond,
  minimumWithTiesToSecond,
  mul,
  where,
  withGradient,
} from "@minima/tensor";

export interface HardtanhOptions {
  /** Lower bound; default -1. */
  readonly minVal?: number | undefined;
  /** Upper bound; default 1. */
  readonly maxVal?: number | undefined;
}

/** x limited to [minVal, maxVal]. Unlike `clamp`, its derivative at the bounds is 0. */
export function hardtanh(x: Operand, options: HardtanhOptions = {}): Tensor {
  const { minVal = -1, maxVal = 1 } = options;
  if (!(minVal <= maxVal)) throw new ValueError(`hardtanh: minVal ${minVal} lies above maxVal ${maxVal}`);
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => minimumWithTiesToSecond(maximumWithTiesToSecond(t, minVal), maxVal),
      (g) => [where(logicalAnd(greater(t, minVal), less(t, maxVal)), g, 0)],
    ),
  );
}

/** min(max(x, 0), 6); its derivative at 0 and 6 is 0. Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10". */
export function relu6(x: Operand): Tensor {
  return hardtanh(x, { minVal: 0, maxVal: 6 });
}

/** relu6(x + 3) / 6; its derivative at ±3 is 0. */
export function hardsigmoid(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => div(minimumWithTiesToSecond(maximumWithTiesToSecond(add(t, 3), 0), 6), 6),
      (g) => [where(logicalAnd(greater(t, -3), less(t, 3)), div(g, 6), 0)],
    ),
  );
}

/**
 * x · relu6(x + 3) / 6; its derivative is x/3 + ½ from -3 to 3, both included. Howard et al. 2019, "Searching for
 * MobileNetV3".
 */
export function hardswish(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => mul(t, hardsigmoid(t)),
      (g) => [where(less(t, -3), 0, where(greater(t, 3), g, mul(g, add(div(t, 3), 0.5))))],
    ),
  );
}
