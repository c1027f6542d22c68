import type { BackendProfile } from "../../backend.ts";
import { isFloat } from "../../dtype.ts";
import { createNode } from "../../graph/create.ts";
import { isGradEnabled } from "../../graph/mode.ts";
import type { AttentionAttributes } from "../../graph/primitive.ts";
import { getBackend } from "../../runtime/device.ts";
import { broadcastShapes, sameShape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { mul } from "../arithmetic.ts";
import { withGradient } from "../custom.ts";
import { sum } from "../reduce.ts";
import { cast } from "../unary.ts";
import { expand } from "../views.ts";
import { type Weighting, composedGradients } from "./composed.ts";

/**
 * Whether the device that the operands are on has kernels for attention that fit them. Gradients of masks are left to the
 * composition: they are as large as the scores.
 */
export function isFusible(q: Tensor, k: Tensor, v: Tensor, { mask }: Weighting): boolean {
  const device = [q, k, v].reduce<Tensor["node"]["device"]>((found, { node }) => found ?? node.device, null);
  const profile: Partial<BackendProfile> | undefined = (device ?? getBackend())?.profile;
  const most = profile?.composites?.attention?.mostFeatures ?? 0;
  const batch = q.shape.slice(0, -2);
  if ([k, v].some((operand) => !sameShape(operand.shape.slice(0, -2), batch))) return false;
  if (Math.max(q.shape[q.ndim - 1], v.shape[v.ndim - 1]) > most) return false;
  if ([q, k, v].some(({ size }) => size === 0)) return false;
  if (mask === null) return true;
  const scores = [...batch, q.shape[q.ndim - 2], k.shape[k.ndim - 2]];
  const isKnown = isFloat(mask.dtype) || mask.dtype === "bool";
  return isKnown && !mask.requiresGrad && sameShape(broadcastShapes("attention", scores, mask.shape), scores);
}

/**
 * softmax(q kᵀ · scale) v as one primitive, whose gradients are primitives as well: none of them holds all scores. Where
 * gradients of gradients are wanted, the gradients are composed of other operations instead.
 */
export function fusedAttention(q: Tensor, k: Tensor, v: Tensor, weighting: Weighting): Tensor {
  const { isCausal, scale } = weighting;
  const batch = q.shape.slice(0, -2);
  const [queries, keys] = [q.shape[q.ndim - 2], k.shape[k.ndim - 2]];
  const masks = weighting.mask === null ? [] : [expand(weighting.mask, [...batch, queries, keys])];
  const primitive = (
    mode: AttentionAttributes["mode"],
    operands: readonly Tensor[],
    shape: readonly number[],
    dtype = q.dtype,
  ) => {
    const nodes = [...operands, ...masks].map(({ node }) => node);
    return new Tensor(createNode("attention", nodes, shape, dtype, { mode, scale, isCausal }));
  };
  const wide = (t: Tensor): Tensor => cast(t, "float32");
  return withGradient(
    [q, k, v],
    () => primitive("forward", [q, k, v], [...batch, queries, v.shape[v.ndim - 1]]),
    (g, output) => {
      if (isGradEnabled()) {
        const gradients = composedGradients(wide(q), wide(k), wide(v), wide(g), weighting);
        return gradients.map((gradient) => cast(gradient, q.dtype));
      }
      const logSumExp = primitive("logSumExp", [q, k], [...batch, queries, 1], "float32");
      const mean = sum(mul(wide(g), wide(output)), { axis: -1, keepDims: true });
      return [
        primitive("queryGradient", [q, k, v, g, logSumExp, mean], q.shape),
        primitive("keyGradient", [q, k, v, g, logSumExp, mean], k.shape),
        primitive("valueGradient", [q, k, g, logSumExp], v.shape),
      ];
    },
  );
}
