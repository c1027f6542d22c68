import { type DType, arithmeticDType, promote } from "../dtype.ts";
import { createNode } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import type { BinaryPrimitive, UnaryPrimitive } from "../graph/primitive.ts";
import { type Shape, broadcastShapes, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** What operations take: a tensor, or a JS number or boolean, which takes the dtype of the other operand. */
export type Operand = Tensor | number | boolean;

/** A node with one number everywhere. */
export function fillNode(value: number, shape: Shape, dtype: DType): Node {
  const node = createNode("fill", [], shape, dtype, null);
  node.value = value;
  return node;
}

/** A `fill` whose number is known, so that its casts and views are fills too. */
function isKnownFill(node: Node): boolean {
  return node.kind === "fill" && !node.bound;
}

export function castNode(node: Node, dtype: DType): Node {
  if (node.dtype === dtype) return node;
  if (isKnownFill(node)) return fillNode(dtype === "bool" ? Number(node.value !== 0) : node.value, node.shape, dtype);
  return createNode("cast", [node], node.shape, dtype, null);
}

export function reshapeNode(node: Node, shape: Shape): Node {
  if (sameShape(node.shape, shape)) return node;
  if (isKnownFill(node)) return fillNode(node.value, shape, node.dtype);
  const result = createNode("reshape", [node], shape, node.dtype, null);
  if (node.storage !== null) {
    // The same elements in the same order: no work, the value is shared.
    result.storage = node.storage;
    if (!result.requiresGrad) result.dropInputs();
  }
  return result;
}

/** Repeats axes of extent 1 (or missing in front) to `shape`, which must be reachable so. */
export function broadcastNode(node: Node, shape: Shape): Node {
  if (sameShape(node.shape, shape)) return node;
  if (isKnownFill(node)) return fillNode(node.value, shape, node.dtype);
  const missing = shape.length - node.shape.length;
  const padded = missing > 0 ? reshapeNode(node, [...new Array<number>(missing).fill(1), ...node.shape]) : node;
  return sameShape(padded.shape, shape) ? padded : createNode("broadcast", [padded], shape, node.dtype, null);
}

export function unaryNode(kind: UnaryPrimitive, node: Node): Node {
  return createNode(kind, [node], node.shape, node.dtype, null);
}

/** A binary primitive on nodes of equal dtype, broadcast to one shape. */
export function binaryNode(operation: string, kind: BinaryPrimitive, a: Node, b: Node): Node {
  const shape = broadcastShapes(operation, a.shape, b.shape);
  const dtype = kind === "less" || kind === "equal" ? "bool" : a.dtype;
  return createNode(kind, [broadcastNode(a, shape), broadcastNode(b, shape)], shape, dtype, null);
}

/** The dtype a JS value takes beside a tensor of `other`: it never narrows a float, and a fraction makes one. */
function weakDType(value: number | boolean, other: DType): DType {
  if (other === "float32" || typeof value === "boolean") return other === "bool" && value === true ? "bool" : other;
  return Number.isInteger(value) ? arithmeticDType(other) : "float32";
}

/** Both operands as nodes of the dtype they meet in. */
export function matchOperands(operation: string, a: Operand, b: Operand): [Node, Node] {
  const x = a instanceof Tensor ? a.node : null;
  const y = b instanceof Tensor ? b.node : null;
  if (x !== null && y !== null) {
    const dtype = promote(operation, x.dtype, y.dtype);
    return [castNode(x, dtype), castNode(y, dtype)];
  }
  if (x !== null) {
    const dtype = promote(operation, x.dtype, weakDType(b as number | boolean, x.dtype));
    return [castNode(x, dtype), fillNode(Number(b), [], dtype)];
  }
  if (y !== null) {
    const dtype = promote(operation, y.dtype, weakDType(a as number | boolean, y.dtype));
    return [fillNode(Number(a), [], dtype), castNode(y, dtype)];
  }
  return [fillNode(Number(a), [], "float32"), fillNode(Number(b), [], "float32")];
}

/** Both operands in the dtype their arithmetic is done in, broadcast to one shape: what gradient rules can be written for. */
export function broadcastPair(operation: string, a: Operand, b: Operand): [Tensor, Tensor] {
  const [x, y] = matchOperands(operation, a, b);
  const dtype = arithmeticDType(x.dtype);
  return broadcastBoth(operation, castNode(x, dtype), castNode(y, dtype));
}

/** Both operands in float32, broadcast to one shape. */
export function floatPair(operation: string, a: Operand, b: Operand): [Tensor, Tensor] {
  return broadcastBoth(operation, floatNode(a), floatNode(b));
}

function broadcastBoth(operation: string, a: Node, b: Node): [Tensor, Tensor] {
  const shape = broadcastShapes(operation, a.shape, b.shape);
  return [new Tensor(broadcastNode(a, shape)), new Tensor(broadcastNode(b, shape))];
}

/** An operand as a float32 node. */
export function floatNode(value: Operand): Node {
  return value instanceof Tensor ? castNode(value.node, "float32") : fillNode(Number(value), [], "float32");
}

/** An operand as a tensor; JS values become float32 scalars, or bool. */
export function asTensor(value: Operand): Tensor {
  if (value instanceof Tensor) return value;
  return new Tensor(fillNode(Number(value), [], typeof value === "boolean" ? "bool" : "float32"));
}
