import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, binaryNode, castNode, fillNode, matchOperands } from "./build.ts";

const compare = (name: string, kind: "less" | "equal", a: Operand, b: Operand): Tensor => {
  const [x, y] = matchOperands(name, a, b);
  return new Tensor(binaryNode(name, kind, x, y));
};

/** a < b, as bool. */
export function less(a: Operand, b: Operand): Tensor {
  return compare("less", "less", a, b);
}

/** a > b, as bool. */
export function greater(a: Operand, b: Operand): Tensor {
  return compare("greater", "less", b, a);
}

/** a = b, as bool; NaN equals nothing. */
export function equal(a: Operand, b: Operand): Tensor {
  return compare("equal", "equal", a, b);
}

/** a ≠ b, as bool; NaN differs from everything. */
export function notEqual(a: Operand, b: Operand): Tensor {
  return logicalNot(equal(a, b));
}

/** a ≤ b, as bool. */
export function lessEqual(a: Operand, b: Operand): Tensor {
  return logicalOr(less(a, b), equal(a, b));
}

/** a ≥ b, as bool. */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return lessEqual(b, a);
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
  return logicalNot(equal(new Tensor(bool(a)), new Tensor(bool(b))));
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
