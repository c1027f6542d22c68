import { ValueError } from "../errors.ts";
import { Tensor } from "../tensor.ts";
import { sigmoid } from "./activation.ts";
import { add, clamp, div, maximumWithTiesToSecond, mul, pow, sub } from "./arithmetic.ts";
import { type Operand, inFloat32, pairInFloat32 } from "./build.ts";
import { equal, less, lessEqual, logicalAnd } from "./compare.ts";
import { withGradient } from "./custom.ts";
import { where } from "./select.ts";
import { abs, exp, log, log1p, neg, square } from "./unary.ts";

/** 2^x. */
export function exp2(x: Operand): Tensor {
  return inFloat32([x], (t) => pow(2, t));
}

/** log(e^a + e^b) without overflow; broadcast. Its derivatives are the shares e^a / (e^a + e^b) and e^b / (e^a + e^b). */
export function logaddexp(a: Operand, b: Operand): Tensor {
  return pairInFloat32("logaddexp", a, b, (x, y) =>
    withGradient(
      [x, y],
      () => {
        // Equal infinities have no difference.
        const distance = where(equal(x, y), 0, abs(sub(x, y)));
        return add(maximumWithTiesToSecond(x, y), log1p(exp(neg(distance))));
      },
      (g) => {
        const share = sigmoid(where(equal(x, y), 0, sub(x, y)));
        return [mul(g, share), mul(g, sub(1, share))];
      },
    ),
  );
}

/**
 * x·log(y), and 0 where x is 0 and y is a number; broadcast. Its derivatives are log(y) and x/y, and 0 where x is 0 and y not
 * above 0.
 */
export function xlogy(x: Operand, y: Operand): Tensor {
  return pairInFloat32("xlogy", x, y, (a, b) =>
    withGradient(
      [a, b],
      () => where(logicalAnd(equal(a, 0), equal(b, b)), 0, mul(a, log(b))),
      (g) => {
        const isFlat = logicalAnd(equal(a, 0), lessEqual(b, 0));
        const safe = where(isFlat, 1, b);
        return [mul(g, log(safe)), where(isFlat, 0, mul(g, div(a, safe)))];
      },
    ),
  );
}

/** Inverse of the logistic function: log(p / (1 - p)). With `eps`, p is first limited to [eps, 1 - eps]. */
export function logit(p: Operand, options: { eps?: number | undefined } = {}): Tensor {
  const { eps } = options;
  if (eps !== undefined && !(eps >= 0 && eps <= 0.5)) throw new ValueError(`logit: eps ${eps} must lie in [0, 0.5]`);
  return inFloat32([p], (t) => {
    const limited = eps === undefined ? t : clamp(t, { min: eps, max: 1 - eps });
    return withGradient(
      [limited],
      () => {
        // Near ½ the quotient is near 1, and its rounding would be all that the logarithm sees; p - ½ is exact there.
        const offset = sub(limited, 0.5);
        const rest = sub(1, limited);
        const near = log1p(div(mul(offset, 2), rest));
        return where(less(square(offset), 0.04), near, log(div(limited, rest)));
      },
      (g) => [div(g, mul(limited, sub(1, limited)))],
    );
  });
}
