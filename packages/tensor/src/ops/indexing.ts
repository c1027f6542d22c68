import { arithmeticDType, isFloat } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import { type NumberRule, type Operand, asTensor, asTerm, inFloat32, operandNode } from "./build.ts";
import { checkIndices } from "./check-indices.ts";
import { full, zerosLike } from "./create.ts";
import { withGradient } from "./custom.ts";
import { integerIndex } from "./integer-index.ts";
import { where } from "./select.ts";
import { expand, reshape } from "./views.ts";

/**
 * Elements picked along an axis: out[i][j] = x[index[i][j]][j] for axis 0, and so on. The index has the rank of x, and
 * its other extents are at most those of x.
 *
 * Indices outside of [0, extent), also negative ones: those that lie on the host are refused, here and wherever tensors are
 * indexed. On devices, reading there gives NaN for floats and 0 for others, writing there is left out, and no gradient flows.
 * `debug.checkIndices` finds them.
 *
 * @throws {ValueError} an index from the host that lies outside.
 */
export function gather(x: Operand, axis: number, index: Tensor): Tensor {
  return pick("gather", asTensor(x), axis, index);
}

function pick(operation: string, t: Tensor, axis: number, index: Tensor): Tensor {
  const a = normalizeAxis(operation, axis, t.ndim);
  const i = integerIndex(operation, index);
  if (i.ndim !== t.ndim || i.shape.some((extent, k) => k !== a && extent > t.shape[k])) {
    throw new ShapeError(
      `${operation}: index ${formatShape(i.shape)} must have the rank of ${formatShape(t.shape)} and fit it but on axis ${a}`,
    );
  }
  checkIndices(operation, i, t.shape[a]);
  if (t.shape[a] === 0) {
    const nothing = (): Tensor => full(i.shape, isFloat(t.dtype) ? NaN : 0, { dtype: t.dtype });
    return withGradient([t], nothing, () => [zerosLike(t)]);
  }
  const source = cut(t, i.shape, a);
  return new Tensor(createNode("gather", [source.node, i.node], i.shape, t.dtype, { axis: a }));
}

/** The leading part of every axis but one. */
function cut(t: Tensor, shape: readonly number[], axis: number): Tensor {
  if (t.shape.every((extent, k) => k === axis || extent === shape[k])) return t;
  const target = t.shape.map((extent, k) => (k === axis ? extent : shape[k]));
  const starts = t.shape.map(() => 0);
  const steps = t.shape.map(() => 1);
  return new Tensor(createNode("slice", [t.node], target, t.dtype, { starts, steps }));
}

/** Whole slices picked along an axis by a 1-D index. */
export function indexSelect(x: Operand, axis: number, index: Tensor): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("indexSelect", axis, t.ndim);
  return pick("indexSelect", t, a, alongAxis("indexSelect", t, a, index));
}

/** A 1-D index repeated over the other axes of t. */
function alongAxis(operation: string, t: Tensor, axis: number, index: Tensor): Tensor {
  if (index.ndim !== 1) throw new ShapeError(`${operation}: the index must be 1-D, not ${formatShape(index.shape)}`);
  const n = index.shape[0];
  const spread = reshape(
    index,
    t.shape.map((_, k) => (k === axis ? n : 1)),
  );
  return expand(
    spread,
    t.shape.map((extent, k) => (k === axis ? n : extent)),
  );
}

/** Adds source into x at places picked along an axis: out[index[i][j]][j] += source[i][j] for axis 0. */
export function scatterAdd(x: Operand, axis: number, index: Tensor, source: Operand): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("scatterAdd", axis, t.ndim);
  return addAt("scatterAdd", t, a, index, source);
}

function addAt(operation: string, t: Tensor, axis: number, index: Tensor, source: Operand): Tensor {
  const i = integerIndex(operation, index);
  return add(t, scatterIntoZeros(operation, t, axis, i, sourceFor(operation, t, i, source, asTerm)));
}

/** x with source written at places picked along an axis; where an index stands twice, the sources add up. */
export function scatter(x: Operand, axis: number, index: Tensor, source: Operand): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("scatter", axis, t.ndim);
  const i = integerIndex("scatter", index);
  const written = scatterIntoZeros("scatter", t, a, i, sourceFor("scatter", t, i, source));
  const ones = expand(new Tensor(operandNode("scatter", 1, arithmeticDType(t.dtype))), i.shape);
  const touched = scatterIntoZeros("scatter", t, a, i, ones);
  return where(touched, written, t);
}

/** Adds slices of source into x along an axis at a 1-D index. */
export function indexAdd(x: Operand, axis: number, index: Tensor, source: Operand): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("indexAdd", axis, t.ndim);
  return addAt("indexAdd", t, a, alongAxis("indexAdd", t, a, index), source);
}

function sourceFor(operation: string, t: Tensor, index: Tensor, source: Operand, rule?: NumberRule): Tensor {
  const s = new Tensor(operandNode(operation, source, arithmeticDType(t.dtype), rule));
  if (s.ndim === 0) return expand(s, index.shape);
  if (s.ndim !== index.ndim || index.shape.some((extent, k) => extent > s.shape[k])) {
    throw new ShapeError(
      `${operation}: source ${formatShape(s.shape)} is smaller than the index ${formatShape(index.shape)}`,
    );
  }
  return cut(s, index.shape, -1);
}

function scatterIntoZeros(operation: string, t: Tensor, axis: number, index: Tensor, source: Tensor): Tensor {
  if (index.ndim !== t.ndim || index.shape.some((extent, k) => k !== axis && extent > t.shape[k])) {
    throw new ShapeError(
      `${operation}: index ${formatShape(index.shape)} must have the rank of ${formatShape(t.shape)} and fit it but on axis ${axis}`,
    );
  }
  checkIndices(operation, index, t.shape[axis]);
  if (source.dtype === "float16") {
    return inFloat32([source], (wide) => scatterIntoZeros(operation, t, axis, index, wide));
  }
  const shape = t.shape.map((extent, k) => (k === axis ? extent : index.shape[k]));
  const node = createNode("scatterAdd", [index.node, source.node], shape, source.dtype, { axis });
  const missing = t.shape.map((extent, k) => extent - shape[k]);
  if (missing.every((extent) => extent === 0)) return new Tensor(node);
  const before = shape.map(() => 0);
  return new Tensor(createNode("pad", [node], t.shape, source.dtype, { before, after: missing }));
}
