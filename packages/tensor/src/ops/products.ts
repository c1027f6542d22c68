import { isFloat } from "../dtype.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { type Operand, asTensor, inFloat32, requireFloat } from "./build.ts";
import { broadcastTo, eye } from "./create.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { cast } from "./unary.ts";
import { reshape } from "./views.ts";
import { named } from "./named.ts";

const innerProduct =
  (name: string) =>
  (a: Operand, b: Operand): Tensor => {
    const [x, y] = [asTensor(a), asTensor(b)];
    if (x.ndim !== 1 || y.ndim !== 1 || x.size !== y.size) {
      throw new ShapeError(
        `${name}: ${formatShape(x.shape)} and ${formatShape(y.shape)} must be vectors of one length; for others use ` +
          "sum(mul(a, b)), or matmul",
      );
    }
    const product = (u: Tensor, v: Tensor): Tensor => sum(mul(u, v));
    return isFloat(x.dtype) || isFloat(y.dtype) ? inFloat32([x, y], product) : product(x, y);
  };

/** Inner product Σ_i a[i]·b[i] of two vectors of one length, as a scalar. Integers give an integer, which wraps. */
export const dot: (a: Operand, b: Operand) => Tensor = innerProduct("dot");
/** The same as {@link dot}: all numbers are real here. */
export const vdot: (a: Operand, b: Operand) => Tensor = innerProduct("vdot");

/** Product of a matrix and a vector: [m, n] by [n] gives [m]. */
export function mv(matrix: Operand, vector: Operand): Tensor {
  return named("mv", () => {
    const [a, v] = [asTensor(matrix), asTensor(vector)];
    requireFloat("mv", a, v);
    if (a.ndim !== 2 || v.ndim !== 1 || a.shape[1] !== v.size) {
      throw new ShapeError(`mv: ${formatShape(a.shape)} and ${formatShape(v.shape)} must be [m, n] and [n]`);
    }
    return matmul(a, v);
  });
}

/**
 * Product of two or more matrices, in the order that takes the fewest multiplications (Cormen et al., Introduction to
 * Algorithms, section "Matrix-chain multiplication"). The first may be a vector, which counts as a row, and the last one, which
 * counts as a column; their axes are dropped from the result.
 */
export function multiDot(matrices: readonly Operand[]): Tensor {
  const list = matrices.map(asTensor);
  const n = list.length;
  if (n < 2) throw new ValueError(`multiDot: ${n} matrices; give at least two`);
  requireFloat("multiDot", ...list);
  const shapes = list.map(({ shape }) => formatShape(shape)).join(", ");
  const terms = list.map((t, i) => {
    if (t.ndim === 1 && i === 0) return reshape(t, [1, t.size]);
    if (t.ndim === 1 && i === n - 1) return reshape(t, [t.size, 1]);
    if (t.ndim === 2) return t;
    throw new ShapeError(
      `multiDot: ${shapes}: all must be matrices, but for the first and the last, which may be vectors`,
    );
  });
  const extents = [terms[0].shape[0], ...terms.map(({ shape }) => shape[1])];
  terms.forEach(({ shape }, i) => {
    if (shape[0] !== extents[i]) {
      throw new ShapeError(
        `multiDot: ${shapes}: the inner extents ${extents[i]} and ${shape[0]} before matrix ${i} differ`,
      );
    }
  });
  const cuts = cheapestCuts(extents);
  const chain = (first: number, last: number): Tensor => {
    if (first === last) return terms[first];
    const cut = cuts[first][last];
    return matmul(chain(first, cut), chain(cut + 1, last));
  };
  const shape = [...(list[0].ndim === 1 ? [] : [extents[0]]), ...(list[n - 1].ndim === 1 ? [] : [extents[n]])];
  return reshape(chain(0, n - 1), shape);
}

/** For each part of a chain of matrices the one behind which it is cut in two; matrix i is extents[i] × extents[i + 1]. */
function cheapestCuts(extents: readonly number[]): number[][] {
  const n = extents.length - 1;
  const costs = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const cuts = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let length = 2; length <= n; length++) {
    for (let first = 0; first + length <= n; first++) {
      const last = first + length - 1;
      costs[first][last] = Infinity;
      for (let cut = first; cut < last; cut++) {
        const own = extents[first] * extents[cut + 1] * extents[last + 1];
        const cost = costs[first][cut] + costs[cut + 1][last] + own;
        if (cost >= costs[first][last]) continue;
        costs[first][last] = cost;
        cuts[first][last] = cut;
      }
    }
  }
  return cuts;
}

/**
 * Square matrices [..., m, m] to the power n, by repeated squaring; n = 0 gives identities.
 *
 * @param n - An integer of at least 0; for negative powers invert first, with `await linalg.inv(x)`.
 */
export function matrixPower(x: Operand, n: number): Tensor {
  const t = asTensor(x);
  requireFloat("matrixPower", t);
  const [rows, columns] = t.shape.slice(-2);
  if (t.ndim < 2 || rows !== columns) {
    throw new ShapeError(`matrixPower: ${formatShape(t.shape)} must be square matrices: [..., m, m]`);
  }
  if (!Number.isInteger(n) || n < 0) {
    throw new ValueError(
      `matrixPower: n ${n} must be an integer of at least 0; for negative powers invert first: await linalg.inv(x)`,
    );
  }
  if (n === 0) return broadcastTo(cast(eye(rows), t.dtype), t.shape);
  if (n === 1) return t;
  const half = matrixPower(t, Math.floor(n / 2));
  const squared = matmul(half, half);
  return n % 2 === 0 ? squared : matmul(squared, t);
}
