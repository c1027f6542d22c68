import { Tensor } from "../tensor.ts";
import { add, div, maximumWithTiesToSecond, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, inFloat32 } from "./build.ts";
import { greater, less } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { exp, neg } from "./unary.ts";

/** max(x, 0); its derivative at 0 is 0. */
export function relu(x: Operand): Tensor {
  const t = asTensor(x);
  return withGradient(
    [t],
    () => maximumWithTiesToSecond(t, 0),
    (g, y) => [where(greater(y, 0), g, 0)],
  );
}

/** Logistic function s = 1 / (1 + e^-x), with derivative s·(1 - s). */
export function sigmoid(x: Operand): Tensor {
  return inFloat32([x], (t) =>
    withGradient(
      [t],
      () => {
        // In the tail e^-x overflows, and 1 + e^-x loses the 1, before s is 0; so there s = e^x / (1 + e^x).
        const isTail = less(t, -16);
        const e = exp(where(isTail, t, neg(t)));
        return div(where(isTail, e, 1), add(e, 1));
      },
      (g, s) => [mul(g, mul(s, sub(1, s)))],
    ),
  );
}
