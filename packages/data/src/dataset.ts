import type { DType, TypedArray } from "@minima/tensor";
import { hostArray, sizeOf } from "@minima/tensor";

/** One row of a data set as it stands in a batch: its shape without the batch axis, and its dtype. */
export interface RowSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/**
 * Rows of (input, target) that can be read in any order.
 *
 * A data set fills whole batches rather than returning rows, so that a batch costs a few copies of typed arrays and no
 * object per row. Implement it over files, generators or other data sets; {@link DataLoader} makes the batches.
 */
export interface Dataset {
  /** Number of rows, at most 2^32. */
  readonly length: number;
  readonly inputs: RowSpec;
  readonly targets: RowSpec;
  /**
   * Writes row `rows[i]` to the i-th place of `inputs` and `targets`, for all i. Both arrays are of the dtype of
   * their spec and hold exactly `rows.length` rows; the rows may come in any order and repeat.
   * It may return a promise; then the data set can be iterated with `for await` only.
   */
  fill(rows: Uint32Array, inputs: TypedArray, targets: TypedArray): void | Promise<void>;
}

/** A zeroed host array for `count` rows. */
export function allocateRows(spec: RowSpec, count: number): TypedArray {
  return hostArray(spec.dtype, count * sizeOf(spec.shape));
}
