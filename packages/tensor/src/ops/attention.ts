import { ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { type Operand, floatNode } from "./build.ts";
import { equal } from "./compare.ts";
import { full } from "./create.ts";
import { matmul } from "./matmul.ts";
import { amax } from "./reduce.ts";
import { where } from "./select.ts";
import { softmax } from "./softmax.ts";
import { tril } from "./triangle.ts";
import { detach, transpose } from "./views.ts";

export interface AttentionOptions {
  /**
   * bool, true where a query may look at a key; or float, added to the scores. Broadcasts to [..., queries, keys]. (The
   * boolean masks of PyTorch's MultiheadAttention say the opposite.)
   */
  readonly mask?: Tensor | null | undefined;
  /** Query i looks at the keys 0 … i only; with a mask both must allow it. */
  readonly isCausal?: boolean | undefined;
  /** Factor on the scores; default 1 / √(features). */
  readonly scale?: number | undefined;
}

/**
 * Attention(q, k, v) = softmax(q kᵀ · scale) v (Vaswani et al. 2017, "Attention is all you need"). A query that may look at
 * no key gives zeros.
 *
 * @param q - [..., queries, features].
 * @param k - [..., keys, features].
 * @param v - [..., keys, values].
 * @returns [..., queries, values].
 */
export function scaledDotProductAttention(q: Operand, k: Operand, v: Operand, options: AttentionOptions = {}): Tensor {
  const [query, key, value] = [q, k, v].map((x) => new Tensor(floatNode(x)));
  const shapes = `q ${formatShape(query.shape)}, k ${formatShape(key.shape)}, v ${formatShape(value.shape)}`;
  if (Math.min(query.ndim, key.ndim, value.ndim) < 2) {
    throw new ShapeError(`scaledDotProductAttention: ${shapes} must each be [..., length, features]`);
  }
  const [queries, features] = query.shape.slice(-2);
  const [keys, keyFeatures] = key.shape.slice(-2);
  if (features !== keyFeatures || keys !== value.shape[value.ndim - 2]) {
    throw new ShapeError(
      `scaledDotProductAttention: ${shapes}: q and k must have equally many features, k and v equally many rows`,
    );
  }
  const scaled = mul(query, options.scale ?? 1 / Math.sqrt(features));
  const scores = matmul(scaled, transpose(key));
  // Every query may look at key 0, so a causal mask alone leaves no row empty.
  const allowed = options.isCausal === true ? where(tril(full([queries, keys], true)), scores, -Infinity) : scores;
  const { mask } = options;
  const weights = mask === undefined || mask === null ? softmax(allowed) : maskedSoftmax(allowed, mask);
  return matmul(weights, value);
}

function maskedSoftmax(scores: Tensor, mask: Tensor): Tensor {
  broadcastShapes("scaledDotProductAttention: scores and mask", scores.shape, mask.shape);
  const masked = mask.dtype === "float32" ? add(scores, mask) : where(mask, scores, -Infinity);
  // A row of -inf alone has no softmax: it is kept out before, so that no NaN gets into the gradient.
  const isEmpty = equal(detach(amax(masked, { axis: -1, keepDims: true })), -Infinity);
  return where(isEmpty, 0, softmax(where(isEmpty, 0, masked)));
}
