import { arithmeticDType, isFloat } from "../dtype.ts";
import { Tensor } from "../tensor.ts";
import { mul, remainder, sub } from "./arithmetic.ts";
import { type Operand, asHeld, binaryNode, castNode, matchOperands, unaryNode } from "./build.ts";
import { equal, less, lessEqual, logicalAnd, logicalXor, notEqual } from "./compare.ts";
import { abs } from "./unary.ts";

/**
 * ⌊a / b⌋, broadcast, such that a = b·floorDivide(a, b) + remainder(a, b): 1 / 0.1 is 9. Integers stay integers, give 0 where b
 * is 0, and wrap: -2^31 / -1 is -2^31.
 */
export function floorDivide(a: Operand, b: Operand): Tensor {
  const [x, y] = matchOperands("floorDivide", a, b, asHeld).map((node) => new Tensor(node));
  return isFloat(x.dtype) ? floorOfFloats(x, y) : floorOfIntegers(x, y);
}

function floorOfFloats(x: Tensor, y: Tensor): Tensor {
  const ratio = new Tensor(binaryNode("floorDivide", "div", x.node, y.node));
  const whole = new Tensor(unaryNode("floor", ratio.node));
  // What lies just below a whole number may have been rounded to it; then nearly all of b is left.
  const isMostLeft = lessEqual(abs(y), mul(abs(remainder(x, y)), 2));
  const isRounded = logicalAnd(equal(ratio, whole), isMostLeft);
  return sub(whole, isRounded);
}

function floorOfIntegers(x: Tensor, y: Tensor): Tensor {
  const dtype = arithmeticDType(x.dtype);
  // Rounded towards zero; 0 where b is 0.
  const truncated = new Tensor(binaryNode("floorDivide", "div", castNode(x.node, dtype), castNode(y.node, dtype)));
  if (dtype === "uint32") return truncated; // nothing is below 0
  // One less where a quotient below zero was cut, which leaves a remainder. Where b is 0 there is none.
  const isCut = logicalAnd(logicalXor(less(x, 0), less(y, 0)), notEqual(remainder(x, y), 0));
  return sub(truncated, isCut);
}
