import { DTypeError } from "../errors.ts";
import type { UnaryPrimitive } from "../graph/primitive.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, castNode, inFloat32, unaryNode } from "./build.ts";
import { add, div, maximumWithTiesToSecond, mul, sub } from "./arithmetic.ts";
import { equal, greater, less } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { detach } from "./views.ts";
import { arithmeticDType, checkDType, type DType, isFloat } from "../dtype.ts";

/** Element-wise primitive that computes in float32, and so does its gradient; integers are cast. */
const floatUnary =
  (kind: UnaryPrimitive) =>
  (x: Operand): Tensor =>
    inFloat32([x], (t) => new Tensor(unaryNode(kind, t.node)));

/** exp(x). */
export const exp: (x: Operand) => Tensor = floatUnary("exp");
/** Natural logarithm; NaN below 0, -inf at 0. */
export const log: (x: Operand) => Tensor = floatUnary("log");
/** √x; NaN below 0. Its derivative at 0 is inf. */
export const sqrt: (x: Operand) => Tensor = floatUnary("sqrt");
/** sin(x), x in radians. */
export const sin: (x: Operand) => Tensor = floatUnary("sin");
/** cos(x), x in radians. */
export const cos: (x: Operand) => Tensor = floatUnary("cos");
/** Hyperbolic tangent (e^x - e^-x) / (e^x + e^-x). */
export const tanh: (x: Operand) => Tensor = floatUnary("tanh");
/** Inverse tangent in radians, in (-π/2, π/2). */
export const atan: (x: Operand) => Tensor = floatUnary("atan");
/** Error function 2/√π ∫₀ˣ e^(-t²) dt. */
export const erf: (x: Operand) => Tensor = floatUnary("erf");

/** -x. */
export function neg(x: Operand): Tensor {
  const t = asTensor(x);
  if (t.dtype === "bool") throw new DTypeError("neg: bool has no negative; use logicalNot, or cast to int32");
  return new Tensor(unaryNode("neg", castNode(t.node, arithmeticDType(t.dtype))));
}

/** -1, 0 or 1 by the sign of x; 0 for NaN. Its derivative is 0. */
export function sign(x: Operand): Tensor {
  const t = asTensor(x);
  const dtype = arithmeticDType(t.dtype);
  return sub(cast(greater(t, 0), dtype), cast(less(t, 0), dtype));
}

/** |x|; its derivative at 0 is 0. */
export function abs(x: Operand): Tensor {
  const t = asTensor(x);
  if (t.dtype === "int32") return maximumWithTiesToSecond(t, neg(t));
  if (!isFloat(t.dtype)) return t;
  return where(greater(t, 0), t, where(less(t, 0), neg(t), detach(mul(t, t)))); // NaN stays, 0 has no slope
}

/** x². */
export function square(x: Operand): Tensor {
  const t = asTensor(x);
  return mul(t, t);
}

/** 1 / x. */
export function reciprocal(x: Operand): Tensor {
  return div(1, x);
}

/** 1 / √x. */
export function rsqrt(x: Operand): Tensor {
  return inFloat32([x], (t) => div(1, sqrt(t)));
}

/** e^x - 1, accurate near 0: for small x, tanh(x/2)·(e^x + 1). */
export function expm1(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const e = exp(t);
        return where(less(square(t), 0.25), mul(tanh(mul(t, 0.5)), add(e, 1)), sub(e, 1));
      },
      (g) => [mul(g, exp(t))],
    ),
  );
}

/**
 * log(1 + x), accurate near 0: log(u) + (x - (u - 1))/u with u = 1 + x, where the second term mends u's rounding; x where u
 * is 1.
 */
export function log1p(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const u = add(t, 1);
        const kept = sub(u, 1);
        // Infinities, and -1, are kept as they are, and have no difference or quotient.
        const lost = where(equal(kept, t), 0, div(sub(t, kept), u));
        return where(equal(u, 1), t, add(log(u), lost));
      },
      (g) => [div(g, add(t, 1))],
    ),
  );
}

/** Base-2 logarithm. */
export function log2(x: Operand): Tensor {
  return inFloat32([x], (t) => mul(log(t), Math.LOG2E));
}

/** Base-10 logarithm. */
export function log10(x: Operand): Tensor {
  return inFloat32([x], (t) => mul(log(t), Math.LOG10E));
}

/** tan(x) = sin(x) / cos(x). */
export function tan(x: Operand): Tensor {
  return inFloat32([x], (t) => div(sin(t), cos(t)));
}

/** (e^x - e^-x) / 2, through expm1 near 0; its derivative is cosh(x). */
export function sinh(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const e = expm1(t);
        const near = mul(0.5, add(e, div(e, add(e, 1))));
        // Half the exponent first, because e^x overflows before e^x / 2 does.
        const root = exp(mul(0.5, abs(t)));
        const far = sub(mul(mul(0.5, root), root), div(0.5, mul(root, root)));
        return where(less(abs(t), 1), near, where(less(t, 0), neg(far), far));
      },
      (g) => [mul(g, cosh(t))],
    ),
  );
}

/** (e^x + e^-x) / 2; its derivative is sinh(x). */
export function cosh(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        const root = exp(mul(0.5, abs(t)));
        return add(mul(mul(0.5, root), root), div(0.5, mul(root, root)));
      },
      (g) => [mul(g, sinh(t))],
    ),
  );
}

/** The same values in another dtype: floats to integers truncate and saturate, anything to bool tests for non-zero. */
export function cast(x: Operand, dtype: DType): Tensor {
  checkDType("cast", dtype);
  return new Tensor(castNode(asTensor(x).node, dtype));
}
