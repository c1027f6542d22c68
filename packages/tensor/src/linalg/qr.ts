import { ValueError } from "../errors.ts";
import { add, sub } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/build.ts";
import { withGradient } from "../ops/custom.ts";
import { matmul } from "../ops/matmul.ts";
import { tril, triu } from "../ops/triangle.ts";
import { concat, split, transpose } from "../ops/views.ts";
import type { Tensor } from "../tensor.ts";
import { type Batch, asOperand, batchOf, matricesLeaf, readBatch } from "./batch.ts";
import { inverseOf } from "./inverse.ts";
import { orthogonalFactors } from "./orthogonal.ts";
import { triangularInverse } from "./triangular.ts";

export interface QrOptions {
  /** Q with min(m, n) columns, and R with as many rows (`reduced`, the default), or with m (`complete`). */
  readonly mode?: "reduced" | "complete" | undefined;
}

export interface QrResult {
  /** Orthonormal columns. */
  readonly q: Tensor;
  /** An upper triangle, with nothing negative on its diagonal. */
  readonly r: Tensor;
}

/**
 * Matrices [..., m, n] as Q·R. Where the first min(m, n) columns are independent, the reduced decomposition is unique, and
 * differentiable: A's gradient is (gQ + Q·copyltu(M))·R⁻ᵀ with M = R·gRᵀ - gQᵀ·Q, where copyltu mirrors the lower triangle (M. Seeger
 * et al., "Auto-differentiating linear algebra", 2017). A complete Q that is wider than A has no gradient.
 */
export function qr(a: Operand, options: QrOptions = {}): Promise<QrResult> {
  const { mode = "reduced" } = options;
  if (mode !== "reduced" && mode !== "complete") {
    throw new ValueError(`linalg.qr: mode ${String(mode)} must be "reduced" or "complete"`);
  }
  const batch = batchOf("linalg.qr", a);
  const { rows, columns } = batch;
  const width = mode === "complete" ? rows : Math.min(rows, columns);
  return decompose(batch, width).then(({ q, r }) => ({ q: asOperand(batch, q), r: asOperand(batch, r) }));
}

async function decompose(batch: Batch, width: number): Promise<QrResult> {
  const { rows, columns, tensor } = batch;
  if (rows < columns) {
    // Q comes from the square in front; the other columns only change their basis.
    const [front, rest] = split(tensor, [rows, columns - rows], -1);
    const { q, r } = await decompose({ ...batch, tensor: front, columns: rows }, rows);
    return { q, r: concat([r, matmul(transpose(q), rest)], -1) };
  }
  const factors = (await readBatch(batch)).map((matrix) => orthogonalFactors(matrix, width));
  const bases = factors.map((factor) => factor.q);
  const triangles = factors.map((factor) => factor.r);
  const divided = (gradient: Tensor): Tensor => {
    if (width > columns) throw new ValueError('linalg.qr: a complete q has no gradient; use mode "reduced"');
    const inverses = triangles.map((triangle) => triangularInverse(triangle, { upper: true, unitriangular: false }));
    const square = { ...batch, rows: columns };
    return matmul(gradient, transpose(inverseOf(square, r, inverses, (t) => triu(t))));
  };
  const mirrored = (m: Tensor): Tensor => add(tril(m), transpose(tril(m, -1)));
  const q: Tensor = withGradient(
    [tensor],
    () => matricesLeaf(batch, rows, width, bases),
    (g, y) => [divided(sub(g, matmul(y, mirrored(matmul(transpose(g), y)))))],
  );
  const r: Tensor = withGradient(
    [tensor],
    () => matricesLeaf(batch, width, columns, triangles),
    (g, y) => [divided(matmul(q, mirrored(matmul(y, transpose(g)))))],
  );
  return { q, r };
}
