import { arithmeticDType, holds, isFloat } from "../dtype.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, binaryNode, castNode, fillNode, matchOperands } from "./build.ts";

const compare = (name: string, kind: "less" | "equal", a: Operand, b: Operand): Tensor => {
  const [x, y] = matchOperands(name, a, b);
  return new Tensor(binaryNode(name, kind, x, y));
};

/** Whether a tensor has integers, beside which a number need not be one: comparisons take such numbers as they are. */
const isInteger = (x: Operand): x is Tensor => x instanceof Tensor && x.dtype !== "bool" && !isFloat(x.dtype);

const everywhere = (value: boolean, { shape }: Tensor): Tensor => new Tensor(fillNode(Number(value), shape, "bool"));

function lessThan(name: string, a: Operand, b: Operand): Tensor {
  if (isInteger(a) && typeof b === "number") {
    const bound = Math.ceil(b); // no integer lies between
    return holds(arithmeticDType(a.dtype), bound) ? compare(name, "less", a, bound) : everywhere(bound > 0, a);
  }
  if (isInteger(b) && typeof a === "number") {
    const bound = Math.floor(a);
    return holds(arithmeticDType(b.dtype), bound) ? compare(name, "less", bound, b) : everywhere(bound < 0, b);
  }
  return compare(name, "less", a, b);
}

/** a < b, as bool. */
export function less(a: Operand, b: Operand): Tensor {
  return lessThan("less", a, b);
}

/** a > b, as bool. */
export function greater(a: Operand, b: Operand): Tensor {
  return lessThan("greater", b, a);
}

/** a = b, as bool; NaN equals nothing. */
export function equal(a: Operand, b: Operand): Tensor {
  return equalTo("equal", a, b);
}

function equalTo(name: string, a: Operand, b: Operand): Tensor {
  const [x, y] = isInteger(b) ? [b, a] : [a, b];
  if (isInteger(x) && typeof y === "number" && !holds(arithmeticDType(x.dtype), y)) return everywhere(false, x);
  return compare(name, "equal", a, b);
}

/** a ≠ b, as bool; NaN differs from everything. */
export function notEqual(a: Operand, b: Operand): Tensor {
  return logicalNot(equalTo("notEqual", a, b));
}

/** a ≤ b, as bool. */
export function lessEqual(a: Operand, b: Operand): Tensor {
  return lessOrEqual("lessEqual", a, b);
}

/** a ≥ b, as bool. */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return lessOrEqual("greaterEqual", b, a);
}

function lessOrEqual(name: string, a: Operand, b: Operand): Tensor {
  return logicalOr(lessThan(name, a, b), equalTo(name, a, b));
}

/** Not x; anything but 0 is true. */
export function logicalNot(x: Operand): Tensor {
  const node = castNode(asTensor(x).node, "bool");
  return new Tensor(binaryNode("logicalNot", "equal", node, fillNode(0, [], "bool")));
}

/** a and b. */
export function logicalAnd(a: Operand, b: Operand): Tensor {
  return new Tensor(binaryNode("logicalAnd", "min", bool(a), bool(b)));
}

/** a or b. */
export function logicalOr(a: Operand, b: Operand): Tensor {
  return new Tensor(binaryNode("logicalOr", "max", bool(a), bool(b)));
}

/** Either a or b, not both. */
export function logicalXor(a: Operand, b: Operand): Tensor {
  return logicalNot(new Tensor(binaryNode("logicalXor", "equal", bool(a), bool(b))));
}

/** Whether x is not a number. */
export function isNaN(x: Operand): Tensor {
  return notEqual(x, x);
}

/** Whether x is neither infinite nor NaN. */
export function isFinite(x: Operand): Tensor {
  return logicalAnd(less(x, Infinity), greater(x, -Infinity));
}

const bool = (x: Operand) => castNode(asTensor(x).node, "bool");
