import { conv2d, maxPool2d, relu, reshape } from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, targets, training, weight, zeroWeight } from "./training.ts";

/** Two 5×5 convolutions of 32 and 64 channels, each with ReLU and 2×2 pooling, then 3136-128-10. */
function cnn(): Network {
  const [w1, b1] = [weight([32, 1, 5, 5], 0.2, 1), zeroWeight([32])];
  const [w2, b2] = [weight([64, 32, 5, 5], 0.05, 2), zeroWeight([64])];
  const [w3, b3] = [weight([3136, 128], 0.03, 3), zeroWeight([128])];
  const [w4, b4] = [weight([128, 10], 0.1, 4), zeroWeight([10])];
  return {
    parameters: [w1, b1, w2, b2, w3, b3, w4, b4],
    forward(x) {
      const first = maxPool2d(relu(conv2d(x, w1, { bias: b1, padding: 2 })), 2);
      const second = maxPool2d(relu(conv2d(first, w2, { bias: b2, padding: 2 })), 2);
      return dense(relu(dense(reshape(second, [64, 3136]), w3, b3)), w4, b4);
    },
  };
}

/** Training it at batch 64. */
export function cnnTraining(): Work {
  return training(cnn(), filled([64, 1, 28, 28], 0.5, 9), targets(64));
}
