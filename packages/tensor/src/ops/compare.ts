import { type DType, arithmeticDType, elementOf, holds, isFloat } from "../dtype.ts";
import type { Node } from "../graph/node.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, binaryNode, castNode, fillNode, matchOperands } from "./build.ts";
import { ScalarInput } from "./scalar-input.ts";

const compare = (name: string, kind: "less" | "equal", a: Operand, b: Operand): Tensor => {
  const [x, y] = matchOperands(name, a, b);
  return new Tensor(binaryNode(name, kind, x, y));
};

/** Whether a tensor has integers, beside which a number need not be one: comparisons take such numbers as they are. */
const isInteger = (x: Operand): x is Tensor =>
  x instanceof Tensor && isTensor(x) && x.dtype !== "bool" && !isFloat(x.dtype);

/** Whether an operand has a dtype of its own, which numbers do not. */
const isTensor = (x: Operand): boolean => x instanceof Tensor && !(x instanceof ScalarInput);

const everywhere = (value: boolean, { shape }: Tensor): Tensor => new Tensor(fillNode(Number(value), shape, "bool"));

function lessThan(name: string, a: Operand, b: Operand): Tensor {
  if (isInteger(a) && !isTensor(b)) {
    const above = Math.ceil; // no integer lies between
    if (b instanceof ScalarInput) return boundedBy(name, a, b, (integers, number) => [integers, number], above);
    const bound = above(Number(b));
    return holds(arithmeticDType(a.dtype), bound) ? compare(name, "less", a, bound) : everywhere(bound > 0, a);
  }
  if (isInteger(b) && !isTensor(a)) {
    const below = Math.floor;
    if (a instanceof ScalarInput) return boundedBy(name, b, a, (integers, number) => [number, integers], below);
    const bound = below(Number(a));
    return holds(arithmeticDType(b.dtype), bound) ? compare(name, "less", bound, b) : everywhere(bound < 0, b);
  }
  return compare(name, "less", a, b);
}

/**
 * Whether integers lie on one side of a number that is another one at each call: they are compared with the nearest number that
 * they could be, and are all on that side if it lies beyond them.
 */
function boundedBy(
  name: string,
  integers: Tensor,
  number: ScalarInput,
  order: (integers: Node, number: Node) => [Node, Node],
  round: (value: number) => number,
): Tensor {
  const dtype = arithmeticDType(integers.dtype);
  const [least, most] = [elementOf(dtype, -Infinity), elementOf(dtype, Infinity)];
  // No integer lies beyond the end of the range on the side of the number, so NaN is compared with that.
  const end = round === Math.ceil ? least : most;
  const bound = number.nodeOf(dtype, (value) => {
    return globalThis.isNaN(value) ? end : elementOf(dtype, round(value));
  });
  const compared = new Tensor(binaryNode(name, "less", ...order(castNode(integers.node, dtype), bound)));
  if (isHeld(number, dtype)) return compared;
  const isBeyond = number.nodeOf("int32", (value) =>
    Number(end === least ? round(value) > most : round(value) < least),
  );
  return logicalOr(compared, new Tensor(isBeyond));
}

/** Whether a dtype of integers holds a number of each call. */
const isHeld = ({ numberClass }: ScalarInput, dtype: DType): boolean =>
  numberClass === "natural" || (numberClass === "negative" && dtype === "int32");

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
  if (!isInteger(x) || isTensor(y)) return compare(name, "equal", a, b);
  const dtype = arithmeticDType(x.dtype);
  if (!(y instanceof ScalarInput)) {
    return holds(dtype, Number(y)) ? compare(name, "equal", a, b) : everywhere(false, x);
  }
  const number = y.nodeOf(dtype, (value) => elementOf(dtype, value));
  const compared = new Tensor(binaryNode(name, "equal", castNode(x.node, dtype), number));
  if (isHeld(y, dtype)) return compared;
  return logicalAnd(compared, new Tensor(y.nodeOf("int32", (value) => Number(holds(dtype, value)))));
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
