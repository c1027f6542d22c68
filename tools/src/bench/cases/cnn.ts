import { conv2d, maxPool2d, relu, reshape } from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, targets, training, weight, zeroWeight } from "./training.ts";

const benchSizes = { batch: 64, extent: 28, channels: [32, 64], hidden: 128 } as const;

/** Of images of `extent` squared, a multiple of 4. */
export interface CnnSizes {
  readonly batch: number;
  readonly extent: number;
  readonly channels: readonly [number, number];
  readonly hidden: number;
}

/** Two 5×5 convolutions, of 32 and 64 channels, each with ReLU and 2×2 pooling, then 3136-128-10. */
export function cnn({ batch, extent, channels: [first, second], hidden }: CnnSizes = benchSizes): Network {
  const flat = second * (extent / 4) ** 2;
  const [w1, b1] = [weight([first, 1, 5, 5], 0.2, 1), zeroWeight([first])];
  const [w2, b2] = [weight([second, first, 5, 5], 0.05, 2), zeroWeight([second])];
  const [w3, b3] = [weight([flat, hidden], 0.03, 3), zeroWeight([hidden])];
  const [w4, b4] = [weight([hidden, 10], 0.1, 4), zeroWeight([10])];
  return {
    parameters: [w1, b1, w2, b2, w3, b3, w4, b4],
    forward(x) {
      const half = maxPool2d(relu(conv2d(x, w1, { bias: b1, padding: 2 })), 2);
      const quarter = maxPool2d(relu(conv2d(half, w2, { bias: b2, padding: 2 })), 2);
      return dense(relu(dense(reshape(quarter, [batch, flat]), w3, b3)), w4, b4);
    },
  };
}

/** Training it at batch 64. */
export function cnnTraining(): Work {
  return training(cnn(), filled([64, 1, 28, 28], 0.5, 9), targets(64));
}
