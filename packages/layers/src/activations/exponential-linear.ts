import {
  type Operand,
  type Tensor,
  ValueError,
  exp,
  expm1,
  greater,
  inFloat32,
  minimumWithTiesToSecond,
  mul,
  where,
  withGradient,
} from "@minima/tensor";

/** scale·x above 0 and scale·α·(e^(rate·x) - 1) elsewhere. */
function exponentialLinear(x: Operand, alpha: number, scale: number, rate: number): Tensor {
  return inFloat32([x], (t) => {
    // What is not above 0, so that e^x stays finite on the side that is not taken.
    const low = (): Tensor => mul(minimumWithTiesToSecond(0, t), rate);
    return withGradient(
      [t],
      () => where(greater(t, 0), mul(t, scale), mul(expm1(low()), scale * alpha)),
      (g) => [mul(g, where(greater(t, 0), scale, mul(exp(low()), scale * alpha * rate)))],
    );
  });
}

/**
 * x for x > 0, else α·(e^x - 1); its derivative at 0 is α. Clevert, Unterthiner, Hochreiter 2015, "Fast and accurate deep
 * network learning by exponential linear units".
 *
 * @param options.alpha - Default 1.
 */
export function elu(x: Operand, options: { alpha?: number | undefined } = {}): Tensor {
  return exponentialLinear(x, options.alpha ?? 1, 1, 1);
}

/**
 * max(0, x) + min(0, α·(e^(x/α) - 1)), whose derivative is continuous for every α. Barron 2017, "Continuously differentiable
 * exponential linear units".
 *
 * @param options.alpha - Default 1; not 0.
 */
export function celu(x: Operand, options: { alpha?: number | undefined } = {}): Tensor {
  const { alpha = 1 } = options;
  if (alpha === 0) throw new ValueError("celu: alpha must not be 0");
  return exponentialLinear(x, alpha, 1, 1 / alpha);
}

/** The constants for which mean 0 and variance 1 are a fixed point of a layer. */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/**
 * λ·elu(x) with λ ≈ 1.0507 and α ≈ 1.6733, which keep activations normalized. Klambauer, Unterthiner, Mayr, Hochreiter 2017,
 * "Self-normalizing neural networks".
 */
export function selu(x: Operand): Tensor {
  return exponentialLinear(x, seluAlpha, seluScale, 1);
}
