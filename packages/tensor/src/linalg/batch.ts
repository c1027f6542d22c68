import type { DType } from "../dtype.ts";
import { ShapeError, ValueError } from "../errors.ts";
import { refuseInTrace } from "../graph/trace.ts";
import { type Operand, asTensor, castNode, floatNode } from "../ops/build.ts";
import { tensor } from "../ops/create.ts";
import { type Shape, formatShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { type Matrix, matrixOf } from "./matrix.ts";

/** Matrices that an operation of the host takes: the last two axes of a tensor, as it is when the operation is called. */
export interface Batch {
  readonly operation: string;
  /** In float32, with its history. */
  readonly tensor: Tensor;
  /** The dtype of results: float16 if the operand has it, else float32. */
  readonly dtype: DType;
  /** The axes before the last two. */
  readonly lead: Shape;
  readonly rows: number;
  readonly columns: number;
}

/** Checks an operand of an operation that works on the host. */
export function batchOf(operation: string, a: Operand): Batch {
  refuseInTrace(`${operation} was called`, "it works on the host: call it outside, and pass what it gives");
  const source = asTensor(a);
  if (source.ndim < 2) {
    throw new ShapeError(
      `${operation}: ${formatShape(source.shape)} must be a matrix, or matrices: [..., rows, columns]`,
    );
  }
  const [rows, columns] = source.shape.slice(-2);
  const node = floatNode(source);
  return {
    operation,
    tensor: new Tensor(castNode(node, "float32")),
    dtype: node.dtype,
    lead: source.shape.slice(0, -2),
    rows,
    columns,
  };
}

/** As `batchOf`, for matrices that must be square. */
export function squareBatchOf(operation: string, a: Operand): Batch {
  const batch = batchOf(operation, a);
  requireSquare(batch);
  return batch;
}

export function requireSquare({ operation, rows, columns, tensor: { shape } }: Batch): void {
  if (rows === columns) return;
  throw new ShapeError(`${operation}: ${formatShape(shape)} has matrices of ${rows} × ${columns}; they must be square`);
}

/** Reads matrices from the device, in double precision. */
export async function readBatch(batch: Batch): Promise<Matrix[]> {
  const { lead, rows, columns } = batch;
  const elements = Float64Array.from(await batch.tensor.data());
  const size = rows * columns;
  return Array.from({ length: sizeOf(lead) }, (_, i) => {
    const data = elements.subarray(i * size, (i + 1) * size);
    if (!data.every(Number.isFinite)) throw failure(batch, i, "holds NaN or infinities");
    return matrixOf(rows, columns, data);
  });
}

/** An error that says which of the matrices it is about. */
export function failure({ operation, lead }: Batch, index: number, why: string): ValueError {
  const which = lead.length === 0 ? "the matrix" : `matrix ${index} of the batch of shape ${formatShape(lead)}`;
  return new ValueError(`${operation}: ${which} ${why}`);
}

/** Host results for each matrix, of one shape, as a tensor beside the operand. */
export function leafOf({ tensor: { node }, lead }: Batch, shape: Shape, results: readonly ArrayLike<number>[]): Tensor {
  const size = sizeOf(shape);
  const data = new Float32Array(results.length * size);
  results.forEach((result, i) => data.set(result, i * size));
  return tensor(data, { shape: [...lead, ...shape], backend: node.device ?? undefined });
}

/** Host matrices of one shape as a tensor beside the operand. */
export function matricesLeaf(batch: Batch, rows: number, columns: number, results: readonly Matrix[]): Tensor {
  return leafOf(
    batch,
    [rows, columns],
    results.map(({ data }) => data),
  );
}

/** A result in the dtype that the operand asks for. */
export function asOperand({ dtype }: Batch, result: Tensor): Tensor {
  return new Tensor(castNode(result.node, dtype));
}
