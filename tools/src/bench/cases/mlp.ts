import { relu } from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, targets, training, weight, zeroWeight } from "./training.ts";

/** 784-512-256-10, or other widths before the ten classes, with ReLU. */
export function mlp([inputs, first, second]: readonly [number, number, number] = [784, 512, 256]): Network {
  const [w1, b1] = [weight([inputs, first], 0.05, 1), zeroWeight([first])];
  const [w2, b2] = [weight([first, second], 0.05, 2), zeroWeight([second])];
  const [w3, b3] = [weight([second, 10], 0.1, 3), zeroWeight([10])];
  return {
    parameters: [w1, b1, w2, b2, w3, b3],
    forward: (x) => dense(relu(dense(relu(dense(x, w1, b1)), w2, b2)), w3, b3),
  };
}

/** Training it at batch 128. */
export function mlpTraining(): Work {
  return training(mlp(), filled([128, 784], 0.5, 9), targets(128));
}
