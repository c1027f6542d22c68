import { ValueError } from "@minima/tensor";

/** Activations with a recommended gain. */
export type Gain = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/** Factor on the standard deviation that keeps the variance through an activation; PyTorch's `calculate_gain`. */
export function gainOf(nonlinearity: Gain, negativeSlope = 0.01): number {
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
    case "selu":
      return 3 / 4;
    default:
      throw new ValueError(`gainOf: there is no gain for ${String(nonlinearity)}`);
  }
}
