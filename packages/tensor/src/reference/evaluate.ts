import { type DType, castElement, hostArray, isFloat, roundTo } from "../dtype.ts";
import type { GraphNode } from "../graph/graph.ts";
import { sizeOf } from "../shape.ts";
import { anchors } from "./anchors.ts";
import { attention } from "./attention.ts";
import { binary, unary } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import type { Input, Precision, Values } from "./values.ts";
import { views } from "./views.ts";

/** A zeroed array for a node. */
function allocateValues(dtype: DType, size: number, precision: Precision): Values {
  return isFloat(dtype) && precision === "float64" ? new Float64Array(size) : hostArray(dtype, size);
}

/** Numbers have more digits than a float dtype until they are stored, also where they are repeated. */
const keepsDigits: ReadonlySet<GraphNode["kind"]> = new Set(["fill", "broadcast", "reshape"]);

/** The elements of a node from those of its inputs. */
export function evaluateNode(
  node: Exclude<GraphNode, { kind: "leaf" }>,
  inputs: readonly Input[],
  precision: Precision,
  scalar: () => number,
): Values {
  const out = allocateValues(node.dtype, sizeOf(node.shape), precision);
  switch (node.kind) {
    case "fill":
      out.fill(scalar());
      break;
    case "iota":
      for (let i = 0; i < out.length; i++) out[i] = i;
      break;
    case "cast":
      castValues(inputs[0], node.dtype, out);
      break;
    case "where":
      for (let i = 0; i < out.length; i++) out[i] = inputs[inputs[0].values[i] !== 0 ? 1 : 2].values[i];
      break;
    case "neg":
    case "floor":
    case "exp":
    case "log":
    case "sqrt":
    case "sin":
    case "cos":
    case "tanh":
    case "atan":
    case "erf": {
      const f = unary[node.kind];
      for (let i = 0; i < out.length; i++) out[i] = f(inputs[0].values[i]);
      break;
    }
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "pow":
    case "mod":
    case "max":
    case "min":
    case "less":
    case "equal": {
      const f = binary[node.kind](inputs[0].dtype);
      for (let i = 0; i < out.length; i++) out[i] = f(inputs[0].values[i], inputs[1].values[i]);
      break;
    }
    case "reshape":
    case "permute":
    case "broadcast":
    case "slice":
    case "pad":
    case "concat":
      views[node.kind](node as never, inputs, out); // the table is typed by kind
      break;
    case "reduce":
    case "argReduce":
    case "scan":
    case "gather":
    case "scatterAdd":
    case "argsort":
    case "randomBits":
      indexing[node.kind](node as never, inputs, out);
      break;
    case "attention":
      attention(node, inputs, out);
      break;
    case "matmul":
    case "conv":
    case "poolIndex":
    case "avgPool":
      anchors[node.kind](node as never, inputs, out);
      break;
  }
  // Arithmetic takes numbers with all of their digits.
  if (precision === "float32" && !keepsDigits.has(node.kind)) roundValues(node.dtype, out);
  return out;
}

/** Rounds the elements of a node to its dtype, where the array that holds them does not. */
export function roundValues(dtype: DType, values: Values): void {
  if (dtype !== "float16") return;
  for (let i = 0; i < values.length; i++) values[i] = roundTo(dtype, values[i]);
}

/** Float to integer truncates and saturates, NaN gives 0; integers wrap; anything to bool tests for non-zero. */
function castValues(input: Input, dtype: DType, out: Values): void {
  const { values } = input;
  // Between floats the array rounds, or is one of doubles that must not.
  if (isFloat(dtype)) for (let i = 0; i < out.length; i++) out[i] = values[i];
  else for (let i = 0; i < out.length; i++) out[i] = castElement(input.dtype, dtype, values[i]);
}
