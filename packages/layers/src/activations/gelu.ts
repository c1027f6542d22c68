import { type Operand, type Tensor, ValueError, add, erf, inFloat32, mul, square, tanh } from "@minima/tensor";

export interface GeluOptions {
  /** "none" (default) by the error function, "tanh" by an approximation with errors of up to 5e-4. */
  readonly approximate?: "none" | "tanh" | undefined;
}

/**
 * x·Φ(x), with Φ the distribution function of the normal distribution: ½x·(1 + erf(x/√2)), or approximately
 * ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))). Hendrycks, Gimpel 2016, "Gaussian error linear units".
 */
export function gelu(x: Operand, options: GeluOptions = {}): Tensor {
  return inFloat32([x], (t) => {
    const half = mul(t, 0.5);
    switch (options.approximate ?? "none") {
      case "none":
        return mul(half, add(erf(mul(t, Math.SQRT1_2)), 1));
      case "tanh": {
        const inner = mul(mul(t, Math.sqrt(2 / Math.PI)), add(mul(square(t), 0.044715), 1));
        return mul(half, add(tanh(inner), 1));
      }
      default:
        throw new ValueError(`gelu: approximate "${String(options.approximate)}" is neither "none" nor "tanh"`);
    }
  });
}
