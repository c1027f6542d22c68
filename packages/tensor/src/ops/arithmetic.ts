import { arithmeticDType, isFloat } from "../dtype.ts";
import type { BinaryPrimitive } from "../graph/primitive.ts";
import { Tensor } from "../tensor.ts";
import {
  type Operand,
  binaryNode,
  castNode,
  floatNode,
  floatNodes,
  inFloat32,
  matchOperands,
  unaryNode,
} from "./build.ts";
import { equal } from "./compare.ts";
import { where } from "./select.ts";

/** A binary primitive on numbers: booleans and uint8 compute as int32. */
const arithmetic =
  (name: string, kind: BinaryPrimitive) =>
  (a: Operand, b: Operand): Tensor => {
    const [x, y] = matchOperands(name, a, b, true);
    const dtype = arithmeticDType(x.dtype);
    return new Tensor(binaryNode(name, kind, castNode(x, dtype), castNode(y, dtype)));
  };

/** a + b, broadcast. */
export const add: (a: Operand, b: Operand) => Tensor = arithmetic("add", "add");
/** a - b, broadcast. */
export const sub: (a: Operand, b: Operand) => Tensor = arithmetic("sub", "sub");
/** a · b element by element, broadcast. */
export const mul: (a: Operand, b: Operand) => Tensor = arithmetic("mul", "mul");
/** a modulo b with the sign of b (Python's %): a - b·⌊a/b⌋. */
export const remainder: (a: Operand, b: Operand) => Tensor = arithmetic("remainder", "mod");

/** a / b, broadcast; integers give float32. */
export function div(a: Operand, b: Operand): Tensor {
  return new Tensor(binaryNode("div", "div", ...floatNodes(a, b)));
}

/** ⌊a / b⌋; integers stay integers. */
export function floorDivide(a: Operand, b: Operand): Tensor {
  const [x, y] = matchOperands("floorDivide", a, b, true);
  if (isFloat(x.dtype)) return new Tensor(unaryNode("floor", binaryNode("floorDivide", "div", x, y)));
  const dtype = arithmeticDType(x.dtype);
  if (dtype === "uint32") return new Tensor(binaryNode("floorDivide", "div", x, y)); // nothing is below 0
  const [n, d] = [new Tensor(castNode(x, dtype)), new Tensor(castNode(y, dtype))];
  return new Tensor(binaryNode("floorDivide", "div", sub(n, remainder(n, d)).node, d.node));
}

/** Exponents that need no logarithm. */
const simplePowers: ReadonlyMap<number, (x: Tensor) => Tensor> = new Map([
  [1, (x) => x],
  [2, (x) => mul(x, x)],
  [3, (x) => mul(mul(x, x), x)],
  [0.5, (x) => new Tensor(unaryNode("sqrt", x.node))],
  [-1, (x) => div(1, x)],
]);

/** a to the power b, broadcast; integers give float32. */
export function pow(a: Operand, b: Operand): Tensor {
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

/** x limited to [min, max]; either bound may be left out. The gradient passes where x lies within or on a bound. */
export function clamp(x: Operand, bounds: { min?: Operand | undefined; max?: Operand | undefined }): Tensor {
  let result = x;
  if (bounds.min !== undefined) result = maximumWithTiesToSecond(bounds.min, result);
  if (bounds.max !== undefined) result = minimumWithTiesToSecond(bounds.max, result);
  return result instanceof Tensor ? result : new Tensor(floatNode(result));
}
