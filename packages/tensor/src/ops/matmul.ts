import { ShapeError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import { broadcastShapes, formatShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import { type Operand, asTensor, broadcastNode, floatNodes, requireFloat } from "./build.ts";
import { reshape } from "./views.ts";
import { named } from "./named.ts";

/**
 * Matrix product c[…, i, j] = Σ_k a[…, i, k] · b[…, k, j], summed in float32. Leading axes broadcast; a 1-D operand is a row
 * on the left and a column on the right, and its axis is dropped from the result (NumPy's rules).
 *
 * @throws {DTypeError} two tensors of integers: cast one of them.
 */
export function matmul(a: Operand, b: Operand): Tensor {
  requireFloat("matmul", asTensor(a), asTensor(b));
  const [x, y] = floatNodes(a, b).map((node) => new Tensor(node));
  if (x.ndim === 0 || y.ndim === 0) throw mismatch(x, y, "operands need at least one axis; use mul for scalars");
  const left = x.ndim === 1 ? reshape(x, [1, x.shape[0]]) : x;
  const right = y.ndim === 1 ? reshape(y, [y.shape[0], 1]) : y;
  const [m, k] = left.shape.slice(-2);
  const [k2, n] = right.shape.slice(-2);
  if (k !== k2) throw mismatch(x, y, `the inner extents ${k} and ${k2} differ`);
  const product = multiply(left, right, m, k, n);
  const batch = product.shape.slice(0, -2);
  if (x.ndim === 1) return reshape(product, y.ndim === 1 ? batch : [...batch, n]);
  return y.ndim === 1 ? reshape(product, [...batch, m]) : product;
}

function multiply(a: Tensor, b: Tensor, m: number, k: number, n: number): Tensor {
  if (a.ndim > 2 && b.ndim === 2) {
    // One tall product instead of a batch of small ones.
    const rows = a.size / Math.max(1, k);
    if (k > 0)
      return reshape(new Tensor(matmulNode(reshape(a, [rows, k]), b, [rows, n])), [...a.shape.slice(0, -1), n]);
  }
  const batch = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
  const left = new Tensor(broadcastNode(a.node, [...batch, m, k]));
  const right = new Tensor(broadcastNode(b.node, [...batch, k, n]));
  return new Tensor(matmulNode(left, right, [...batch, m, n]));
}

function matmulNode(a: Tensor, b: Tensor, shape: readonly number[]) {
  return createNode("matmul", [a.node, b.node], shape, a.dtype, null);
}

function mismatch(a: Tensor, b: Tensor, why: string): ShapeError {
  return new ShapeError(`matmul: ${formatShape(a.shape)} by ${formatShape(b.shape)}: ${why}`);
}

/** Product of two batches of matrices [b, m, k] and [b, k, n]. */
export function bmm(a: Tensor, b: Tensor): Tensor {
  return named("bmm", () => {
    if (a.ndim !== 3 || b.ndim !== 3 || a.shape[0] !== b.shape[0]) {
      throw new ShapeError(`bmm: ${formatShape(a.shape)} and ${formatShape(b.shape)} must be [b, m, k] and [b, k, n]`);
    }
    return matmul(a, b);
  });
}

/** β·x + α·(a·b). */
export function addmm(x: Operand, a: Operand, b: Operand, options: { alpha?: number; beta?: number } = {}): Tensor {
  return named("addmm", () => {
    const product = matmul(a, b);
    const scaled = options.alpha === undefined ? product : mul(product, options.alpha);
    return add(options.beta === undefined ? x : mul(x, options.beta), scaled);
  });
}

/** Outer product of two vectors: out[i][j] = a[i]·b[j]. */
export function outer(a: Tensor, b: Tensor): Tensor {
  return named("outer", () => {
    if (a.ndim !== 1 || b.ndim !== 1) {
      throw new ShapeError(`outer: ${formatShape(a.shape)} and ${formatShape(b.shape)} must be vectors`);
    }
    return mul(reshape(a, [a.size, 1]), reshape(b, [1, b.size]));
  });
}
