import { isFloat } from "../../dtype.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "../arithmetic.ts";
import { equal } from "../compare.ts";
import { full } from "../create.ts";
import { matmul } from "../matmul.ts";
import { amax, sum } from "../reduce.ts";
import { where } from "../select.ts";
import { softmax } from "../softmax.ts";
import { tril } from "../triangle.ts";
import { detach, transpose } from "../views.ts";

/** How scores become weights; `mask` broadcasts to [..., queries, keys]. */
export interface Weighting {
  readonly mask: Tensor | null;
  readonly isCausal: boolean;
  readonly scale: number;
}

/** softmax(q kᵀ · scale) v, made of other operations. */
export function composedAttention(q: Tensor, k: Tensor, v: Tensor, weighting: Weighting): Tensor {
  return matmul(attentionWeights(q, k, weighting), v);
}

/** dL/dq, dL/dk and dL/dv from g = dL/d(attention), made of other operations: they have gradients in turn. */
export function composedGradients(q: Tensor, k: Tensor, v: Tensor, g: Tensor, weighting: Weighting): Tensor[] {
  const weights = attentionWeights(q, k, weighting);
  const byWeights = matmul(g, transpose(v));
  const centred = sub(byWeights, sum(mul(byWeights, weights), { axis: -1, keepDims: true }));
  const byScores = mul(mul(weights, centred), weighting.scale);
  return [matmul(byScores, k), matmul(transpose(byScores), q), matmul(transpose(weights), g)];
}

function attentionWeights(q: Tensor, k: Tensor, { mask, isCausal, scale }: Weighting): Tensor {
  const scores = matmul(mul(q, scale), transpose(k));
  // Every query may look at key 0, so a causal mask alone leaves no row empty.
  const allowed = isCausal ? where(tril(full(scores.shape.slice(-2), true)), scores, -Infinity) : scores;
  return mask === null ? softmax(allowed) : maskedSoftmax(allowed, mask);
}

function maskedSoftmax(scores: Tensor, mask: Tensor): Tensor {
  const masked = isFloat(mask.dtype) ? add(scores, mask) : where(mask, scores, -Infinity);
  // A row of -inf alone has no softmax: it is kept out before, so that no NaN gets into the gradient.
  const isEmpty = equal(detach(amax(masked, { axis: -1, keepDims: true })), -Infinity);
  return where(isEmpty, 0, softmax(where(isEmpty, 0, masked)));
}
