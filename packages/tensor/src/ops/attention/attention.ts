import { ShapeError } from "../../errors.ts";
import { broadcastShapes, formatShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type Operand, floatNodes, inFloat32 } from "../build.ts";
import { composedAttention } from "./composed.ts";
import { fusedAttention, isFusible } from "./fused.ts";

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
  const [query, key, value] = floatNodes(q, k, v).map((node) => new Tensor(node));
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
  const { mask = null, isCausal = false, scale = 1 / Math.sqrt(features) } = options;
  if (mask !== null) {
    const scores = [
      ...broadcastShapes("scaledDotProductAttention: q and k", batchOf(query), batchOf(key)),
      queries,
      keys,
    ];
    broadcastShapes("scaledDotProductAttention: scores and mask", scores, mask.shape);
  }
  const weighting = { mask, isCausal, scale };
  if (typeof scale === "number" && isFusible(query, key, value, weighting))
    return fusedAttention(query, key, value, weighting);
  return inFloat32([query, key, value], (a, b, c) => composedAttention(a, b, c, weighting));
}

function batchOf({ shape }: Tensor): readonly number[] {
  return shape.slice(0, -2);
}
