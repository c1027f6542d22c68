import { ShapeError, ValueError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { sub } from "./arithmetic.ts";
import { type Operand, floatNodes, inFloat32 } from "./build.ts";
import { norm } from "./reduce.ts";
import { unsqueeze } from "./views.ts";

/**
 * Distances between all rows of two sets: d[…, i, j] = (Σ_k |a[…, i, k] - b[…, j, k]|^p)^(1/p). The gradient of a distance of
 * 0 is 0. Differences are taken first, so that near points have exact distances (a product of matrices would lose them).
 *
 * @param a - [..., n, features].
 * @param b - [..., m, features].
 * @param options.p - The order of the norm; default 2, Infinity for the largest difference.
 * @returns [..., n, m].
 */
export function cdist(a: Operand, b: Operand, options: { p?: number | undefined } = {}): Tensor {
  const [x, y] = floatNodes(a, b).map((node) => new Tensor(node));
  const { p = 2 } = options;
  if (!(p >= 0)) throw new ValueError(`cdist: p ${p} must be at least 0`);
  if (x.ndim < 2 || y.ndim < 2 || x.shape[x.ndim - 1] !== y.shape[y.ndim - 1]) {
    throw new ShapeError(
      `cdist: ${formatShape(x.shape)} and ${formatShape(y.shape)} must be [..., n, features] and [..., m, features]`,
    );
  }
  // Without features nothing is apart; for p = ∞ there is no largest difference then.
  const order = x.shape[x.ndim - 1] === 0 ? 2 : p;
  return inFloat32([x, y], (from, to) => norm(sub(unsqueeze(from, -2), unsqueeze(to, -3)), { axis: -1, p: order }));
}
