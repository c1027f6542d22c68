import { createNode } from "../graph/create.ts";
import { broadcastShapes } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Operand, asTensor, broadcastNode, castNode, matchOperands } from "./build.ts";
import { named } from "./named.ts";

/**
 * Element-wise choice: a where the condition is true (not 0), b elsewhere; all three broadcast. The gradient goes to
 * the side taken.
 */
export function where(condition: Operand, a: Operand, b: Operand): Tensor {
  const test = castNode(asTensor(condition).node, "bool");
  const [x, y] = matchOperands("where", a, b);
  const shape = broadcastShapes("where", broadcastShapes("where", x.shape, y.shape), test.shape);
  const inputs = [test, x, y].map((node) => broadcastNode(node, shape));
  return new Tensor(createNode("where", inputs, shape, x.dtype, null));
}

/** x with `value` where the mask is true; the mask broadcasts to x. */
export function maskedFill(x: Operand, mask: Operand, value: Operand): Tensor {
  return named("maskedFill", () => where(mask, value, x));
}
