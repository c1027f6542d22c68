import type { Tensor } from "../tensor.ts";
import { div, mul, remainder } from "./arithmetic.ts";
import { type Operand, broadcastPair } from "./build.ts";
import { less } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { abs, neg, trunc } from "./unary.ts";

/** Remainder of a / b with the sign of a (C's fmod): a - b·trunc(a/b); broadcast. */
export function fmod(a: Operand, b: Operand): Tensor {
  const [x, y] = broadcastPair("fmod", a, b);
  return withGradient(
    [x, y],
    () => {
      // Of positive numbers the two kinds of remainder are one, and exact.
      const rest = remainder(abs(x), abs(y));
      return where(less(x, 0), neg(rest), rest);
    },
    (g) => [g, neg(mul(g, trunc(div(x, y))))],
  );
}
