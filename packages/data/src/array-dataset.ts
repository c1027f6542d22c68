import type { TypedArray } from "@minima/tensor";
import { checkOptions, ShapeError } from "@minima/tensor";
import type { ArraySource } from "./array-source.ts";
import type { Dataset, RowSpec } from "./dataset.ts";
import type { RowReader } from "./row-reader.ts";
import { rowReader } from "./row-reader.ts";

/** The two arrays of an {@link ArrayDataset}. */
export interface ArrayDatasetSources {
  readonly inputs: ArraySource;
  readonly targets: ArraySource;
}

/**
 * A data set over two typed arrays in host memory, which are kept as they are: 60,000 images of 28 x 28 bytes take
 * 47 MB, and each batch is converted to float32 as it is read. See {@link arrayDataset}.
 */
export class ArrayDataset implements Dataset {
  readonly length: number;
  readonly inputs: RowSpec;
  readonly targets: RowSpec;
  readonly #inputs: RowReader;
  readonly #targets: RowReader;

  /** @throws ShapeError if the arrays do not fit their shapes or count different numbers of rows. */
  constructor(sources: ArrayDatasetSources) {
    checkOptions("arrayDataset", sources, { inputs: true, targets: true });
    this.#inputs = rowReader("inputs", sources.inputs);
    this.#targets = rowReader("targets", sources.targets);
    if (this.#inputs.count !== this.#targets.count) {
      throw new ShapeError(
        `arrayDataset: inputs have ${this.#inputs.count} rows, targets ${this.#targets.count}; ` +
          `the first axes of both shapes must be equal`,
      );
    }
    this.length = this.#inputs.count;
    this.inputs = this.#inputs.spec;
    this.targets = this.#targets.spec;
  }

  fill(rows: Uint32Array, inputs: TypedArray, targets: TypedArray): void {
    this.#inputs.read(rows, inputs);
    this.#targets.read(rows, targets);
  }
}

/**
 * A data set over typed arrays.
 *
 * ```ts
 * arrayDataset({
 *   inputs: { data: pixels, shape: [60000, 1, 28, 28], scale: 1 / 255, normalize: { mean: 0.1307, std: 0.3081 } },
 *   targets: { data: labels, dtype: "int32" },
 * });
 * ```
 */
export function arrayDataset(sources: ArrayDatasetSources): ArrayDataset {
  return new ArrayDataset(sources);
}
