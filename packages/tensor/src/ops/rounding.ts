import { isFloat } from "../dtype.ts";
import { DTypeError, ValueError } from "../errors.ts";
import { Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor, inFloat32, unaryNode } from "./build.ts";
import { equal, greater, isFinite, less, logicalAnd, logicalOr, notEqual } from "./compare.ts";
import { where } from "./select.ts";
import { cast, neg } from "./unary.ts";
import { detach } from "./views.ts";

/** The largest integer not above x; its derivative is 0. Integers are returned as they are, here and below. */
export function floor(x: Operand): Tensor {
  const t = asTensor(x);
  return isFloat(t.dtype) ? new Tensor(unaryNode("floor", t.node)) : t;
}

/** The smallest integer not below x; its derivative is 0. */
export function ceil(x: Operand): Tensor {
  const t = asTensor(x);
  return isFloat(t.dtype) ? neg(floor(neg(t))) : t;
}

/** Rounds towards zero; its derivative is 0. */
export function trunc(x: Operand): Tensor {
  const t = asTensor(x);
  return isFloat(t.dtype) ? where(less(t, 0), ceil(t), floor(t)) : t;
}

/** What `trunc` takes off: x - trunc(x), with the sign of x. Its derivative is 1. */
export function frac(x: Operand): Tensor {
  const t = asTensor(x);
  return sub(t, trunc(t));
}

export interface RoundOptions {
  /** How many digits behind the decimal point stay, or, below 0, how many before it become 0; default 0. */
  readonly decimals?: number | undefined;
}

/** Powers of ten beyond this one are no float32. */
const mostDecimals = 38;

/**
 * Nearest integer, halves to the even one: with `decimals` round(x·10^decimals) / 10^decimals. Its derivative is 0.
 *
 * @throws {DTypeError} integers with decimals below 0: cast them to float32 first.
 */
export function round(x: Operand, options: RoundOptions = {}): Tensor {
  const t = asTensor(x);
  const { decimals = 0 } = options;
  if (!Number.isInteger(decimals) || Math.abs(decimals) > mostDecimals) {
    throw new ValueError(`round: decimals ${decimals} must be an integer from ${-mostDecimals} to ${mostDecimals}`);
  }
  if (!isFloat(t.dtype)) {
    if (decimals >= 0) return t;
    throw new DTypeError(`round: ${t.dtype} with decimals ${decimals}; cast the tensor to float32 first`);
  }
  if (decimals === 0) return roundToInteger(t);
  return inFloat32([t], (wide) => {
    const scale = Number(`1e${Math.abs(decimals)}`);
    const scaled = decimals > 0 ? mul(wide, scale) : div(wide, scale);
    const whole = roundToInteger(scaled);
    // A number too large to be scaled has no digits to lose.
    return where(isFinite(scaled), decimals > 0 ? div(whole, scale) : mul(whole, scale), detach(wide));
  });
}

function roundToInteger(t: Tensor): Tensor {
  const low = floor(t);
  const rest = sub(t, low);
  const isOdd = notEqual(mul(floor(mul(low, 0.5)), 2), low);
  return add(low, cast(logicalOr(greater(rest, 0.5), logicalAnd(equal(rest, 0.5), isOdd)), t.dtype));
}
