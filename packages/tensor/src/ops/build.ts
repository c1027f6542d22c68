import { type DType, arithmeticDType, castElement, elementOf, holds, isFloat, promote, wrapInteger } from "../dtype.ts";
import { DTypeError, ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import type { BinaryPrimitive, UnaryPrimitive } from "../graph/primitive.ts";
import { type Shape, broadcastShapes, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { ScalarInput } from "./scalar-input.ts";

/** What operations take: a tensor, or a JS number or boolean, which takes the dtype of the other operand. */
export type Operand = Tensor | number | boolean;

/** A node with one number everywhere. Of a float dtype it may have more digits than that holds: it is rounded when it is stored. */
export function fillNode(value: number, shape: Shape, dtype: DType): Node {
  const node = createNode("fill", [], shape, dtype, null);
  node.value = value;
  return node;
}

/** The number that an operand is which is no tensor; types promise in TypeScript alone that it is one. */
function numberOf(operation: string, value: number | boolean): number {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  const hint = (value as unknown) instanceof Promise ? "await it first" : "give a tensor, a number or a boolean";
  throw new ValueError(`${operation}: ${String(value)} is no operand; ${hint}`);
}

/** A `fill` whose number is known, so that its casts and views are fills too. */
function isKnownFill(node: Node): boolean {
  return node.kind === "fill" && !node.bound;
}

export function castNode(node: Node, dtype: DType): Node {
  if (node.dtype === dtype) return node;
  if (isKnownFill(node)) {
    return fillNode(castElement(node.dtype, dtype, elementOf(node.dtype, node.value)), node.shape, dtype);
  }
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

/** What takes the dtype of the tensor beside it. */
type Weak = number | boolean | ScalarInput;

const isWeak = (x: Operand): x is Weak => !(x instanceof Tensor) || x instanceof ScalarInput;

/** The dtype a number takes beside a tensor of `other`: it never narrows a float, and a fraction makes one. */
function weakDType(value: Weak, other: DType): DType {
  if (isFloat(other) || typeof value === "boolean") return other === "bool" && value === true ? "bool" : other;
  const isInteger = value instanceof ScalarInput ? value.numberClass !== "float" : Number.isInteger(value);
  return isInteger ? arithmeticDType(other) : "float32";
}

/** What a JS number beside a tensor of a dtype becomes. */
export type NumberRule = (operation: string, value: number, dtype: DType) => number;

/** Where the number itself can become an element of the result. */
const asElement: NumberRule = (_, value, dtype) => elementOf(dtype, value);

/** Where the result is rounded or wrapped: the number keeps all its digits, and integers count modulo 2^32. */
export const asTerm: NumberRule = (_, value, dtype) =>
  isFloat(dtype) || dtype === "bool" ? value : wrapInteger(dtype, value);

/** Where a number that the dtype does not hold would give another result than its own. */
export const asHeld: NumberRule = (operation, value, dtype) => {
  if (holds(dtype, value)) return value;
  throw new ValueError(`${operation}: ${dtype} does not hold ${value}; cast the tensor to float32 first`);
};

/**
 * Both operands as nodes of the dtype they meet in.
 *
 * @param rule - What becomes of a JS number beside a tensor.
 */
export function matchOperands(operation: string, a: Operand, b: Operand, rule = asElement): [Node, Node] {
  const dtype = meetingDType(operation, a, b);
  // Two numbers meet nobody whose dtype they would have to take.
  const own = isWeak(a) && isWeak(b) ? asItIs : rule;
  return [operandNode(operation, a, dtype, own), operandNode(operation, b, dtype, own)];
}

const asItIs: NumberRule = (_, value) => value;

/** The dtype in which two operands meet; that of two numbers is float32. */
export function meetingDType(operation: string, a: Operand, b: Operand): DType {
  if (!isWeak(a)) return promote(operation, a.dtype, isWeak(b) ? weakDType(b, a.dtype) : b.dtype);
  return isWeak(b) ? "float32" : promote(operation, b.dtype, weakDType(a, b.dtype));
}

/** Both operands in the dtype their arithmetic is done in, broadcast to one shape: what gradient rules can be written for. */
export function broadcastPair(operation: string, a: Operand, b: Operand, rule: NumberRule): [Tensor, Tensor] {
  const [x, y] = matchOperands(operation, a, b, rule);
  const dtype = arithmeticDType(x.dtype);
  return broadcastBoth(operation, new Tensor(castNode(x, dtype)), new Tensor(castNode(y, dtype)));
}

function broadcastBoth(operation: string, a: Tensor, b: Tensor): [Tensor, Tensor] {
  const shape = broadcastShapes(operation, a.shape, b.shape);
  return [new Tensor(broadcastNode(a.node, shape)), new Tensor(broadcastNode(b.node, shape))];
}

/** The dtype in which operands meet as floats: float16 if one of them has it, and none float32. */
function floatDType(operands: readonly Operand[]): DType {
  let dtype: DType = "float32";
  for (const x of operands) {
    if (isWeak(x)) continue;
    if (x.dtype === "float32") return x.dtype;
    if (x.dtype === "float16") dtype = x.dtype;
  }
  return dtype;
}

/** An operand as a node of a float dtype; by default its own if it has one, else float32. */
export function floatNode(value: Operand, dtype = floatDType([value])): Node {
  if (value instanceof ScalarInput) return value.nodeOf(dtype);
  return value instanceof Tensor ? castNode(value.node, dtype) : fillNode(numberOf("operand", value), [], dtype);
}

/** Operands as nodes of the float dtype they meet in. */
export function floatNodes<O extends readonly Operand[]>(...operands: O): { -readonly [I in keyof O]: Node } {
  const dtype = floatDType(operands);
  return operands.map((x) => floatNode(x, dtype)) as { -readonly [I in keyof O]: Node }; // as many
}

/**
 * Throws unless one of the operands has floats: sums of products are made in float32, which does not hold those of integers
 * exactly.
 */
export function requireFloat(operation: string, ...operands: readonly Tensor[]): void {
  if (operands.some(({ dtype }) => isFloat(dtype))) return;
  throw new DTypeError(
    `${operation}: products of ${operands.map(({ dtype }) => dtype).join(" and ")} are summed in float32, which rounds ` +
      'them; cast one operand to float32: .cast("float32")',
  );
}

/**
 * What a function makes of operands in float32. If they meet in float16 the result is rounded to that, and nothing on the
 * way: composites are as exact as single operations, and sums are not made of what has been rounded.
 */
export function inFloat32(operands: readonly Operand[], compute: (...operands: Tensor[]) => Tensor): Tensor {
  const result = compute(...operands.map((x) => new Tensor(floatNode(x, "float32"))));
  const dtype = floatDType(operands);
  return result.dtype === dtype ? result : new Tensor(castNode(result.node, dtype));
}

/** The same for two operands, which are broadcast to one shape. */
export function pairInFloat32(
  operation: string,
  a: Operand,
  b: Operand,
  compute: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  return inFloat32([a, b], (x, y) => compute(...broadcastBoth(operation, x, y)));
}

/** An operand as a node of a dtype; a JS number becomes an element of it, or what the rule says. */
export function operandNode(operation: string, value: Operand, dtype: DType, rule = asElement): Node {
  if (!(value instanceof Tensor)) return fillNode(rule(operation, numberOf(operation, value), dtype), [], dtype);
  if (value instanceof ScalarInput) return value.nodeOf(dtype, (number) => rule(operation, number, dtype));
  return castNode(value.node, dtype);
}

/** An operand as a tensor; JS values become float32 scalars, or bool. */
export function asTensor(value: Operand): Tensor {
  // A variable stands for its value now: an operation that changes nothing must not give back what will have another one.
  if (value instanceof Tensor) return value.constructor === Tensor ? value : new Tensor(value.node);
  return new Tensor(fillNode(numberOf("operand", value), [], typeof value === "boolean" ? "bool" : "float32"));
}
