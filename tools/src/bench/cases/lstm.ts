import { add, chunk, matmul, mul, sigmoid, split, tanh, zeros } from "@minima/tensor";
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, targets, training, weight, zeroWeight } from "./training.ts";

const benchSizes = { batch: 32, steps: 32, inputs: 64, hidden: 128 } as const;

export interface LstmSizes {
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
}

/** An LSTM over a time-major sequence, unrolled; a dense layer on its last state. */
export function lstm({ batch, inputs, hidden }: LstmSizes = benchSizes): Network {
  const fromInput = weight([inputs, 4 * hidden], 0.08, 1);
  const fromHidden = weight([hidden, 4 * hidden], 0.08, 2);
  const bias = zeroWeight([4 * hidden]);
  const [w, b] = [weight([hidden, 10], 0.1, 3), zeroWeight([10])];
  return {
    parameters: [fromInput, fromHidden, bias, w, b],
    forward(x) {
      let h = zeros([batch, hidden]);
      let c = zeros([batch, hidden]);
      for (const z of split(dense(x, fromInput, bias), batch)) {
        const [input, forget, cell, output] = chunk(add(z, matmul(h, fromHidden)), 4, 1);
        c = add(mul(sigmoid(forget), c), mul(sigmoid(input), tanh(cell)));
        h = mul(sigmoid(output), tanh(c));
      }
      return dense(h, w, b);
    },
  };
}

/** Training it on 32 sequences of 32 steps. */
export function lstmTraining(): Work {
  const { batch, steps, inputs } = benchSizes;
  return training(lstm(), filled([steps * batch, inputs], 1, 9), targets(batch));
}
