import {
  type Tensor, add, chunk, div, erf, matmul, mean, mul, permute, reshape, softmax, sqrt, sub, transpose, variance,
} from "@minima/tensor"; // prettier-ignore
import type { Work } from "../case.ts";
import { filled } from "../fill.ts";
import { type Network, dense, targets, training, unitWeight, weight, zeroWeight } from "./training.ts";

const benchSizes = { batch: 16, length: 64, width: 128, heads: 4 } as const;

export interface TransformerSizes {
  readonly batch: number;
  /** Tokens of a sequence. */
  readonly length: number;
  readonly width: number;
  readonly heads: number;
}

/** (x - mean) / √(variance + 1e-5) over the last axis, times gain, plus bias. */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  const centred = sub(x, mean(x, { axis: -1, keepDims: true }));
  const spread = sqrt(add(variance(x, { axis: -1, keepDims: true, correction: 0 }), 1e-5));
  return add(mul(div(centred, spread), gain), bias);
}

/** x·Φ(x), exactly. */
export function gelu(x: Tensor): Tensor {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

/** One pre-norm encoder block on embedded tokens, and a dense layer on the mean of its outputs. */
export function transformer({ batch, length, width, heads }: TransformerSizes = benchSizes): Network {
  const headWidth = width / heads;
  const [wQkv, bQkv] = [weight([width, 3 * width], 0.08, 1), zeroWeight([3 * width])];
  const [wOut, bOut] = [weight([width, width], 0.08, 2), zeroWeight([width])];
  const [wUp, bUp] = [weight([width, 4 * width], 0.08, 3), zeroWeight([4 * width])];
  const [wDown, bDown] = [weight([4 * width, width], 0.05, 4), zeroWeight([width])];
  const [wClass, bClass] = [weight([width, 10], 0.1, 5), zeroWeight([10])];
  const [gain1, bias1] = [unitWeight([width]), zeroWeight([width])];
  const [gain2, bias2] = [unitWeight([width]), zeroWeight([width])];
  const toHeads = (x: Tensor): Tensor => permute(reshape(x, [batch, length, heads, headWidth]), [0, 2, 1, 3]);
  return {
    parameters: [wQkv, bQkv, wOut, bOut, wUp, bUp, wDown, bDown, wClass, bClass, gain1, bias1, gain2, bias2],
    forward(x) {
      const [q, k, v] = chunk(dense(layerNorm(x, gain1, bias1), wQkv, bQkv), 3, 1).map(toHeads);
      const attention = softmax(mul(matmul(q, transpose(k)), 1 / Math.sqrt(headWidth)));
      const mixed = reshape(permute(matmul(attention, v), [0, 2, 1, 3]), [batch * length, width]);
      const attended = add(x, dense(mixed, wOut, bOut));
      const up = gelu(dense(layerNorm(attended, gain2, bias2), wUp, bUp));
      const result = add(attended, dense(up, wDown, bDown));
      return dense(mean(reshape(result, [batch, length, width]), { axis: 1 }), wClass, bClass);
    },
  };
}

/** Training it on 16 sequences of 64 tokens. */
export function transformerTraining(): Work {
  const { batch, length, width } = benchSizes;
  return training(transformer(), filled([batch * length, width], 1, 9), targets(batch));
}
