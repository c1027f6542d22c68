import { ShapeError } from "../errors.ts";
import { div } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { tensor } from "../ops/create.ts";
import { sum } from "../ops/reduce.ts";
import { select } from "../ops/views.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Batch, asOperand, batchOf } from "./batch.ts";
import { type RankOptions, thresholdOf } from "./pinv.ts";
import { factorsOf, singularValues } from "./svd.ts";

/** How many singular values do not count as 0: int32 [...] for matrices [..., m, n]. */
export function matrixRank(a: Operand, options: RankOptions = {}): Promise<Tensor> {
  const batch = batchOf("linalg.matrixRank", a);
  const thresholdFor = thresholdOf(batch, options);
  return factorsOf(batch).then((factors) => {
    const ranks = factors.map(({ s }) => s.filter((value) => value > thresholdFor(s)).length);
    return tensor(Int32Array.from(ranks), { shape: batch.lead, backend: batch.tensor.node.device ?? undefined });
  });
}

/** What a function makes of the singular values of matrices that have some. */
function ofSingularValues(operation: string, a: Operand, compute: (s: Tensor) => Tensor): Promise<Tensor> {
  const batch: Batch = batchOf(operation, a);
  if (batch.rows === 0 || batch.columns === 0) {
    throw new ShapeError(`${operation}: matrices of ${formatShape(batch.tensor.shape)} have no singular values`);
  }
  return singularValues(batch).then((s) => asOperand(batch, compute(s)));
}

/** Condition numbers: the largest singular value divided by the least. Infinite for singular matrices. */
export function cond(a: Operand): Promise<Tensor> {
  return ofSingularValues("linalg.cond", a, (s) => div(select(s, -1, 0), select(s, -1, -1)));
}

/** The norm of matrices [..., m, n] as maps of vectors: the largest singular value. */
export function spectralNorm(a: Operand): Promise<Tensor> {
  return ofSingularValues("linalg.spectralNorm", a, (s) => select(s, -1, 0));
}

/** The sum of the singular values of matrices [..., m, n]. */
export function nuclearNorm(a: Operand): Promise<Tensor> {
  return ofSingularValues("linalg.nuclearNorm", a, (s) => sum(s, { axis: -1 }));
}
