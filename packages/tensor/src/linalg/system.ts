import { ShapeError } from "../errors.ts";
import { type Operand, castNode, floatNodes } from "../ops/build.ts";
import { broadcastTo } from "../ops/create.ts";
import { squeeze, transpose, unsqueeze } from "../ops/views.ts";
import { broadcastShapes, formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Batch, batchOf } from "./batch.ts";

/** Equations A·X = B with as many matrices A as B. */
export interface System {
  readonly a: Batch;
  readonly b: Batch;
  /** The solution as the caller wants it: in the dtype in which the operands meet, a vector for a vector. */
  readonly solution: (x: Tensor) => Tensor;
}

export interface SystemOptions {
  /** Whether B may be a vector, or one for each A: [..., n] beside [..., n, n]. */
  readonly vectors: boolean;
  /** Whether X stands behind A. Otherwise the equations are X·A = B, and what is made of them is Aᵀ·Xᵀ = Bᵀ. */
  readonly left: boolean;
}

/** Checks equations, and repeats what there is once for every batch. */
export function systemOf(operation: string, a: Operand, b: Operand, { vectors, left }: SystemOptions): System {
  const [matrices, values] = floatNodes(a, b).map((node) => new Tensor(node));
  const isVector = vectors && (values.ndim === 1 || sameShape(values.shape, matrices.shape.slice(0, -1)));
  const first = batchOf(operation, matrices);
  const second = batchOf(operation, isVector ? unsqueeze(values, -1) : values);
  const [x, y] = left ? [first, second] : [turned(first), turned(second)];
  if (x.rows !== y.rows) {
    const extent = left ? "rows" : "columns";
    throw new ShapeError(
      `${operation}: the matrices of ${formatShape(matrices.shape)} have ${x.rows} ${extent}, those of ` +
        `${formatShape(values.shape)} ${y.rows}; they must have as many`,
    );
  }
  const lead = broadcastShapes(operation, x.lead, y.lead);
  const repeated = (batch: Batch): Batch => ({
    ...batch,
    lead,
    tensor: broadcastTo(batch.tensor, [...lead, batch.rows, batch.columns]),
  });
  return {
    a: repeated(x),
    b: repeated(y),
    solution: (result) => {
      const shaped = isVector ? squeeze(result, -1) : left ? result : transpose(result);
      return new Tensor(castNode(shaped.node, matrices.dtype));
    },
  };
}

function turned(batch: Batch): Batch {
  return { ...batch, tensor: transpose(batch.tensor), rows: batch.columns, columns: batch.rows };
}
