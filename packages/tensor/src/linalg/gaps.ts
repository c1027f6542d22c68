import { div, sub } from "../ops/arithmetic.ts";
import { eye } from "../ops/create.ts";
import { where } from "../ops/select.ts";
import { cast } from "../ops/unary.ts";
import { transpose, unsqueeze } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";

/**
 * (X_ij - X_ji) / (v_j - v_i), and 0 on the diagonal: how vectors turn that belong to values v [..., n]. Equal values make it
 * infinite, or NaN.
 */
export function skewOverGaps(x: Tensor, v: Tensor): Tensor {
  const isDiagonal = cast(eye(v.shape[v.ndim - 1]), "bool");
  const gaps = where(isDiagonal, 1, sub(unsqueeze(v, -2), unsqueeze(v, -1)));
  return div(sub(x, transpose(x)), gaps);
}
