import { isFloat } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { mul, remainder, sub } from "./arithmetic.ts";
import { floorDivide } from "./floor-divide.ts";
import { type Operand, asHeld, broadcastPair } from "./build.ts";
import { less, logicalAnd, logicalXor, notEqual } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { abs, neg } from "./unary.ts";

/** Remainder of a / b with the sign of a (C's fmod): a - b·trunc(a/b); broadcast. Of integers 0 where b is 0. */
export function fmod(a: Operand, b: Operand): Tensor {
  const [x, y] = broadcastPair("fmod", a, b, asHeld);
  if (!isFloat(x.dtype)) return integerRemainder(x, y);
  return withGradient(
    [x, y],
    () => {
      // Of positive numbers the two kinds of remainder are one, and exact.
      const rest = remainder(abs(x), abs(y));
      return where(less(x, 0), neg(rest), rest);
    },
    (g) => {
      const quotient = floorDivide(abs(x), abs(y));
      return [g, mul(g, where(logicalXor(less(x, 0), less(y, 0)), quotient, neg(quotient)))];
    },
  );
}

/** The remainder with the sign of y, moved to the side of x. -2^31 has no absolute value to begin with. */
function integerRemainder(x: Tensor, y: Tensor): Tensor {
  const rest = remainder(x, y);
  const isOtherSide = logicalAnd(notEqual(rest, 0), logicalXor(less(x, 0), less(y, 0)));
  return where(isOtherSide, sub(rest, y), rest);
}
