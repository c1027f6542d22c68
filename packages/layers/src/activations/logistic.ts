import {
  type Operand,
  ShapeError,
  type Tensor,
  ValueError,
  abs,
  add,
  asTensor,
  div,
  exp,
  formatShape,
  greater,
  inFloat32,
  log1p,
  maximumWithTiesToSecond,
  minimumWithTiesToSecond,
  mul,
  neg,
  sigmoid,
  split,
  sub,
  tanh,
  where,
  withGradient,
} from "@minima/tensor";

/** log(1 + e^-|x|), which neither overflows nor loses small values. */
const logOnePlusExpNegAbs = (t: Tensor): Tensor => log1p(exp(neg(abs(t))));

export interface SoftplusOptions {
  /** Sharpness of the bend; default 1. */
  readonly beta?: number | undefined;
  /** Where beta·x lies above it, the result is x; default 20. */
  readonly threshold?: number | undefined;
}

/**
 * log(1 + e^(βx)) / β, a smooth max(x, 0), and x where βx > threshold. Its derivative is the logistic function of βx. Dugas et
 * al. 2000, "Incorporating second-order functional knowledge for better option pricing".
 */
export function softplus(x: Operand, options: SoftplusOptions = {}): Tensor {
  const { beta = 1, threshold = 20 } = options;
  if (beta === 0) throw new ValueError("softplus: beta must not be 0");
  return inFloat32([x], (t) => {
    const scaled = (): Tensor => (beta === 1 ? t : mul(t, beta));
    return withGradient(
      [t],
      () => {
        const z = scaled();
        const bent = add(maximumWithTiesToSecond(z, 0), logOnePlusExpNegAbs(z));
        return where(greater(z, threshold), t, beta === 1 ? bent : div(bent, beta));
      },
      (g) => {
        const z = scaled();
        return [mul(g, where(greater(z, threshold), 1, sigmoid(z)))];
      },
    );
  });
}

/** log(1 / (1 + e^-x)) = min(x, 0) - log(1 + e^-|x|), with derivative 1 / (1 + e^x). */
export function logsigmoid(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => sub(minimumWithTiesToSecond(t, 0), logOnePlusExpNegAbs(t)),
      (g) => [mul(g, sigmoid(neg(t)))],
    ),
  );
}

/**
 * x / (1 + e^-x), also called swish. Elfwing, Uchibe, Doya 2017, "Sigmoid-weighted linear units for neural network function
 * approximation in reinforcement learning".
 */
export function silu(x: Operand): Tensor {
  return inFloat32([x], (t) => mul(t, sigmoid(t)));
}

/** x · tanh(log(1 + e^x)). Misra 2019, "Mish: a self regularized non-monotonic activation function". */
export function mish(x: Operand): Tensor {
  return inFloat32([x], (t) => mul(t, tanh(softplus(t))));
}

/**
 * a · sigmoid(b), with a and b the halves of an axis. Dauphin, Fan, Auli, Grangier 2016, "Language modeling with gated
 * convolutional networks".
 *
 * @param axis - Its extent must be even; default the last.
 */
export function glu(x: Operand, axis = -1): Tensor {
  const t = asTensor(x);
  const extent = t.shape.at(axis);
  if (extent === undefined || extent % 2 !== 0) {
    throw new ShapeError(
      `glu: axis ${axis} of ${formatShape(t.shape)} must exist and have an even extent, to be halved`,
    );
  }
  const [values, gates] = split(t, extent / 2, axis);
  return mul(values, sigmoid(gates));
}
