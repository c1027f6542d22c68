import { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { isFinite } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { type ReduceOptions, amax, sum } from "./reduce.ts";
import { where } from "./select.ts";
import { exp, log, reciprocal } from "./unary.ts";
import { detach, reshape } from "./views.ts";

/** log Σ exp(x) over axes, without overflow: m + log Σ exp(x - m) with m the maximum. */
export function logsumexp(x: Operand, options: ReduceOptions = {}): Tensor {
  return inFloat32([x], (t) => {
    const largest = detach(amax(t, { axis: options.axis, keepDims: true }));
    const shift = where(isFinite(largest), largest, 0);
    const total = log(sum(exp(sub(t, shift)), options));
    return add(total, reshape(shift, total.shape));
  });
}

/** s = exp(x - m) / Σ exp(x - m) along an axis, m the maximum, so that nothing overflows. Jacobian diag(s) - s sᵀ. */
export function softmax(x: Operand, axis = -1): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const shifted = exp(sub(t, amax(t, { axis, keepDims: true })));
        return mul(shifted, reciprocal(sum(shifted, { axis, keepDims: true }))); // one division a line
      },
      (g, s) => [mul(s, sub(g, sum(mul(g, s), { axis, keepDims: true })))],
    ),
  );
}

/** log softmax(x) = x - m - log Σ exp(x - m) along an axis. */
export function logSoftmax(x: Operand, axis = -1): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const shifted = sub(t, amax(t, { axis, keepDims: true }));
        return sub(shifted, log(sum(exp(shifted), { axis, keepDims: true })));
      },
      (g, y) => [sub(g, mul(exp(y), sum(g, { axis, keepDims: true })))],
    ),
  );
}
