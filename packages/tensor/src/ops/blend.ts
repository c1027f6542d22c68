import { broadcastShapes } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { type Operand, inFloat32 } from "./build.ts";
import { equal, isFinite, less, logicalAnd } from "./compare.ts";
import { broadcastTo } from "./create.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { named } from "./named.ts";

/**
 * Point on the way from start to end: start + weight·(end - start), exact at both ends; broadcast. Where the difference
 * overflows, or an end is infinite, it is (1 - weight)·start + weight·end, and equal ends are what lies between them.
 */
export function lerp(start: Operand, end: Operand, weight: Operand): Tensor {
  return named("lerp", () =>
    inFloat32([start, end, weight], (...operands) => {
      const shape = operands.map((t) => t.shape).reduce((a, b) => broadcastShapes("lerp", a, b));
      const [a, b, w] = operands.map((t) => broadcastTo(t, shape));
      return withGradient(
        [a, b, w],
        () => between(a, b, w),
        (g) => [mul(g, sub(1, w)), mul(g, w), mul(g, where(equal(a, b), 0, sub(b, a)))],
      );
    }),
  );
}

function between(a: Tensor, b: Tensor, weight: Tensor): Tensor {
  const way = sub(b, a);
  const rest = sub(1, weight);
  const near = where(less(weight, 0.5), add(a, mul(weight, way)), sub(b, mul(rest, way)));
  // Nothing of an infinity is 0, but NaN stays.
  const share = (part: Tensor, x: Tensor): Tensor => where(logicalAnd(equal(part, 0), equal(x, x)), 0, mul(part, x));
  const far = where(equal(a, b), a, add(share(rest, a), share(weight, b)));
  return where(isFinite(way), near, far);
}

export interface ScaledOptions {
  /** Factor on the product or quotient; default 1. */
  readonly value?: number | undefined;
}

/** x + value·a·b, element by element; broadcast. */
export function addcmul(x: Operand, a: Operand, b: Operand, options: ScaledOptions = {}): Tensor {
  return named("addcmul", () => {
    const product = mul(a, b);
    return add(x, options.value === undefined ? product : mul(product, options.value));
  });
}

/** x + value·a / b, element by element; broadcast. */
export function addcdiv(x: Operand, a: Operand, b: Operand, options: ScaledOptions = {}): Tensor {
  return named("addcdiv", () => {
    const quotient = div(a, b);
    return add(x, options.value === undefined ? quotient : mul(quotient, options.value));
  });
}
