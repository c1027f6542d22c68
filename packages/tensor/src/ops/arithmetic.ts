import { arithmeticDType, isFloat } from "../dtype.ts";
import { ValueError } from "../errors.ts";
import type { BinaryPrimitive } from "../graph/primitive.ts";
import { Tensor } from "../tensor.ts";
import {
  type NumberRule,
  type Operand,
  asHeld,
  asTerm,
  binaryNode,
  castNode,
  floatNode,
  floatNodes,
  inFloat32,
  matchOperands,
  meetingDType,
  unaryNode,
} from "./build.ts";
import { equal } from "./compare.ts";
import { named } from "./named.ts";
import { ScalarInput } from "./scalar-input.ts";
import { where } from "./select.ts";

/** A binary primitive on numbers: booleans and uint8 compute as int32. */
const arithmetic =
  (name: string, kind: BinaryPrimitive, rule: NumberRule) =>
  (a: Operand, b: Operand): Tensor => {
    const [x, y] = matchOperands(name, a, b, rule);
    const dtype = arithmeticDType(x.dtype);
    return new Tensor(binaryNode(name, kind, castNode(x, dtype), castNode(y, dtype)));
  };

/** a + b, broadcast; integers wrap. */
export const add: (a: Operand, b: Operand) => Tensor = arithmetic("add", "add", asTerm);
/** a - b, broadcast; integers wrap. */
export const sub: (a: Operand, b: Operand) => Tensor = arithmetic("sub", "sub", asTerm);
/** a · b element by element, broadcast; integers wrap. */
export const mul: (a: Operand, b: Operand) => Tensor = arithmetic("mul", "mul", asTerm);
/** a modulo b with the sign of b (Python's %): a - b·⌊a/b⌋. Of integers 0 where b is 0. */
export const remainder: (a: Operand, b: Operand) => Tensor = arithmetic("remainder", "mod", asHeld);

/** a / b, broadcast; integers give float32. */
export function div(a: Operand, b: Operand): Tensor {
  return new Tensor(binaryNode("div", "div", ...floatNodes(a, b)));
}

/** Exponents that need no logarithm. */
const simplePowers: ReadonlyMap<number, (x: Tensor) => Tensor> = new Map([
  [1, (x) => x],
  [2, (x) => mul(x, x)],
  [3, (x) => mul(mul(x, x), x)],
  [0.5, (x) => new Tensor(unaryNode("sqrt", x.node))],
  [-1, (x) => div(1, x)],
]);

const integerPower = arithmetic("pow", "pow", asHeld);

function checkExponent(exponent: number): void {
  if (exponent >= 0) return;
  throw new ValueError(`pow: integers to the power ${exponent} are fractions; cast the tensor to float32 first`);
}

/**
 * a to the power b, broadcast. Integers give exact integers, which wrap as those of `mul` do; a negative exponent in a
 * tensor gives the power rounded towards zero, which is 0 but for the bases 1 and -1.
 *
 * @throws {ValueError} an integer tensor to a negative integer: cast it to float32 first.
 */
export function pow(a: Operand, b: Operand): Tensor {
  if (!isFloat(meetingDType("pow", a, b))) {
    if (typeof b === "number") checkExponent(b);
    return integerPower(a, b instanceof ScalarInput ? b.checked(checkExponent) : b);
  }
  const simple = typeof b === "number" ? simplePowers.get(b) : undefined;
  if (simple !== undefined) return inFloat32([a], simple);
  return inFloat32([a, b], (x, y) => new Tensor(binaryNode("pow", "pow", x.node, y.node)));
}

const extremum =
  (name: string, kind: "max" | "min") =>
  (a: Operand, b: Operand): Tensor => {
    const [x, y] = matchOperands(name, a, b);
    return new Tensor(binaryNode(name, kind, x, y));
  };

/** max(a, b) whose gradient goes to b where the two are equal: what relu and clamp are made of. */
export const maximumWithTiesToSecond: (a: Operand, b: Operand) => Tensor = extremum("maximum", "max");
/** min(a, b) whose gradient goes to b where the two are equal. */
export const minimumWithTiesToSecond: (a: Operand, b: Operand) => Tensor = extremum("minimum", "min");

/** The greater of two values; NaN if either is. Equal operands share the gradient half and half. */
export function maximum(a: Operand, b: Operand): Tensor {
  return halfOnTies(maximumWithTiesToSecond(a, b), a, b);
}

/** The smaller of two values; NaN if either is. Equal operands share the gradient half and half. */
export function minimum(a: Operand, b: Operand): Tensor {
  return halfOnTies(minimumWithTiesToSecond(a, b), a, b);
}

function halfOnTies(value: Tensor, a: Operand, b: Operand): Tensor {
  if (!value.requiresGrad) return value;
  return where(equal(a, b), add(mul(a, 0.5), mul(b, 0.5)), value);
}

function checkBound(bound: number): void {
  if (Number.isNaN(bound)) throw new ValueError("clamp: a bound is NaN; give a number, or leave it out");
}

/**
 * min(max(x, bounds.min), bounds.max); one of the bounds may be left out. Where min lies above max the result is max. The
 * gradient passes where x lies within or on a bound.
 *
 * @throws {ValueError} without a bound, or with one that is NaN.
 */
export function clamp(x: Operand, bounds: { min?: Operand | undefined; max?: Operand | undefined }): Tensor {
  const given = [bounds.min, bounds.max].filter((bound) => bound !== undefined);
  if (given.length === 0) throw new ValueError("clamp: give min, max or both");
  const [min, max] = [bounds.min, bounds.max].map((bound) => {
    if (typeof bound === "number") checkBound(bound);
    return bound instanceof ScalarInput ? bound.checked(checkBound) : bound;
  });
  return named("clamp", () => {
    let result = x;
    if (min !== undefined) result = maximumWithTiesToSecond(min, result);
    if (max !== undefined) result = minimumWithTiesToSecond(max, result);
    return result instanceof Tensor ? result : new Tensor(floatNode(result));
  });
}
