import "@minima/autograd";
import { Adam } from "@minima/optim";
import {
  type Tensor,
  Variable,
  add,
  compile,
  logSoftmax,
  matmul,
  mul,
  neg,
  ones,
  sum,
  tensor,
  zeros,
} from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled, labels } from "../fill.ts";

/** A parameter with the values that it has in the peers' scripts. */
export function weight(shape: readonly number[], scale: number, seed: number): Variable {
  return new Variable(filled(shape, scale, seed), { requiresGrad: true });
}

/** A parameter that starts at 0. */
export function zeroWeight(shape: readonly number[]): Variable {
  return new Variable(zeros(shape), { requiresGrad: true });
}

/** A parameter that starts at 1. */
export function unitWeight(shape: readonly number[]): Variable {
  return new Variable(ones(shape), { requiresGrad: true });
}

/** x·w + b. */
export function dense(x: Tensor, w: Tensor, b: Tensor): Tensor {
  return add(matmul(x, w), b);
}

/** The mean cross entropy of logits with one-hot labels. */
export function crossEntropy(logits: Tensor, y: Tensor): Tensor {
  return mul(neg(sum(mul(logSoftmax(logits), y))), 1 / y.shape[0]);
}

/** A network: its parameters, and its logits for a batch. */
export interface Network {
  readonly parameters: readonly Variable[];
  forward(x: Tensor): Tensor;
}

/** One-hot labels of ten classes. */
export function targets(rows: number): Tensor {
  return tensor(labels(rows, 10), { shape: [rows, 10] });
}

/**
 * The whole training step as one compiled function: the mean cross entropy with one-hot labels, its gradients, and Adam
 * with a learning rate of 1e-3.
 */
export function trainingStep({ parameters, forward }: Network): (x: Tensor, y: Tensor) => Promise<Tensor> {
  const adam = new Adam(parameters, { lr: 1e-3 });
  return compile(
    (x: Tensor, y: Tensor) => {
      const loss = crossEntropy(forward(x), y);
      adam.zeroGrad();
      loss.backward();
      void adam.step(); // recorded; done when the compiled function is
      return loss;
    },
    { state: [adam] },
  );
}

/** The same step with a graph built for each, without reading the loss. */
export function eagerStep({ parameters, forward }: Network): (x: Tensor, y: Tensor) => Promise<Tensor> {
  const adam = new Adam(parameters, { lr: 1e-3 });
  return async (x, y) => {
    const loss = crossEntropy(forward(x), y);
    adam.zeroGrad();
    loss.backward();
    await adam.step();
    return loss;
  };
}

/** Training on one batch over and over, reading the loss of every step; the check is the first loss. */
export function training(network: Network, x: Tensor, y: Tensor): Work {
  const step = trainingStep(network);
  let first = NaN;
  return {
    async run() {
      const loss = await (await step(x, y)).item();
      if (Number.isNaN(first)) first = loss;
    },
    check: () => Promise.resolve(first),
  };
}
