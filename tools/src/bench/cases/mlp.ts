import { relu } from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, targets, training, weight, zeroWeight } from "./training.ts";

/** 784-512-256-10 with ReLU. */
export function mlp(): Network {
  const [w1, b1] = [weight([784, 512], 0.05, 1), zeroWeight([512])];
  const [w2, b2] = [weight([512, 256], 0.05, 2), zeroWeight([256])];
  const [w3, b3] = [weight([256, 10], 0.1, 3), zeroWeight([10])];
  return {
    parameters: [w1, b1, w2, b2, w3, b3],
    forward: (x) => dense(relu(dense(relu(dense(x, w1, b1)), w2, b2)), w3, b3),
  };
}

/** Training it at batch 128. */
export function mlpTraining(): Work {
  return training(mlp(), filled([128, 784], 0.5, 9), targets(128));
}
