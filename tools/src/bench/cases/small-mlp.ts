import { type Tensor, relu } from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, eagerStep, targets, trainingStep, weight, zeroWeight } from "./training.ts";

const rows = 4;

/** 32-16-10 with ReLU: so little work that a step costs what goes on around it. */
function smallMlp(): Network {
  const [w1, b1] = [weight([32, 16], 0.2, 1), zeroWeight([16])];
  const [w2, b2] = [weight([16, 10], 0.2, 2), zeroWeight([10])];
  return { parameters: [w1, b1, w2, b2], forward: (x) => dense(relu(dense(x, w1, b1)), w2, b2) };
}

/** Steps as one compiled function. */
export function replaySmallMlp(): Work {
  return repeated(trainingStep(smallMlp()));
}

/** The same steps with a graph built for each. */
export function eagerSmallMlp(): Work {
  return repeated(eagerStep(smallMlp()));
}

/** A step over and over without reading the loss; the check is the loss of the first one. */
function repeated(step: (x: Tensor, y: Tensor) => Promise<Tensor>): Work {
  const [x, y] = [filled([rows, 32], 0.5, 9), targets(rows)];
  let first: Promise<number> | undefined;
  return {
    async run() {
      const loss = await step(x, y);
      first ??= loss.item();
    },
    check: () => first ?? Promise.resolve(NaN),
  };
}
