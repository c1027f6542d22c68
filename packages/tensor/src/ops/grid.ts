import { ShapeError, ValueError } from "../errors.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { expand, reshape, transpose } from "./views.ts";

export interface GridOptions {
  /** "ij" (default): axis i follows vector i. "xy": the first vector runs along axis 1 and the second along axis 0. */
  readonly indexing?: "ij" | "xy" | undefined;
}

/** For vectors of lengths n, m, … tensors of shape [n, m, …], each with its vector along its own axis. */
export function meshgrid(vectors: readonly Tensor[], options: GridOptions = {}): Tensor[] {
  const { indexing = "ij" } = options;
  if (!["ij", "xy"].includes(indexing)) throw new ValueError(`meshgrid: indexing ${indexing} must be "ij" or "xy"`);
  for (const vector of vectors) {
    if (vector.ndim !== 1) throw new ShapeError(`meshgrid: ${formatShape(vector.shape)} must be a vector`);
  }
  const shape = vectors.map((vector) => vector.size);
  const grids = vectors.map((vector, axis) =>
    expand(
      reshape(
        vector,
        shape.map((n, k) => (k === axis ? n : 1)),
      ),
      shape,
    ),
  );
  return indexing === "xy" && grids.length > 1 ? grids.map((grid) => transpose(grid, 0, 1)) : grids;
}
