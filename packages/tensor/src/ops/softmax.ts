import { normalizeAxes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { isFinite } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { type ReduceOptions, largestOf, sum } from "./reduce.ts";
import { where } from "./select.ts";
import { exp, log, reciprocal } from "./unary.ts";
import { alongAxis, detach, reshape } from "./views.ts";

/** log Σ exp(x) over axes, without overflow: m + log Σ exp(x - m) with m the maximum. -inf where there is no element. */
export function logsumexp(x: Operand, options: ReduceOptions = {}): Tensor {
  return inFloat32([x], (t) => {
    const axis = normalizeAxes("logsumexp", options.axis, t.ndim);
    const largest = detach(largestOf(t, { axis, keepDims: true }));
    const shift = where(isFinite(largest), largest, 0);
    const total = log(sum(exp(sub(t, shift)), { axis, keepDims: options.keepDims }));
    return add(total, reshape(shift, total.shape));
  });
}

/**
 * s = exp(x - m) / Σ exp(x - m) along an axis, m the maximum, so that nothing overflows. Jacobian diag(s) - s sᵀ. An axis
 * without elements gives none.
 */
export function softmax(x: Operand, axis = -1): Tensor {
  return inFloat32([x], (wide) =>
    alongAxis("softmax", wide, axis, (t, a) => {
      const along = { axis: a, keepDims: true };
      return withGradient(
        [t],
        () => {
          const shifted = exp(sub(t, largestOf(t, along)));
          return mul(shifted, reciprocal(sum(shifted, along))); // one division a line
        },
        (g, s) => [mul(s, sub(g, sum(mul(g, s), along)))],
      );
    }),
  );
}

/** log softmax(x) = x - m - log Σ exp(x - m) along an axis. An axis without elements gives none. */
export function logSoftmax(x: Operand, axis = -1): Tensor {
  return inFloat32([x], (wide) =>
    alongAxis("logSoftmax", wide, axis, (t, a) => {
      const along = { axis: a, keepDims: true };
      return withGradient(
        [t],
        () => {
          const shifted = sub(t, largestOf(t, along));
          return sub(shifted, log(sum(exp(shifted), along)));
        },
        (g, y) => [sub(g, mul(exp(y), sum(g, along)))],
      );
    }),
  );
}
