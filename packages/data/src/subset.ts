import type { TypedArray } from "@minima/tensor";
import { ValueError } from "@minima/tensor";
import type { Dataset, RowSpec } from "./dataset.ts";

/** A view of chosen rows of another data set; nothing is copied but the row numbers. */
export class Subset implements Dataset {
  readonly inputs: RowSpec;
  readonly targets: RowSpec;
  readonly dataset: Dataset;
  /** Row `i` of the view is row `rows[i]` of `dataset`. */
  readonly rows: Uint32Array;

  /** @throws ValueError for a row that is not an integer from 0 to the length of the data set. */
  constructor(dataset: Dataset, rows: ArrayLike<number>) {
    for (let i = 0; i < rows.length; i++) {
      if (!Number.isInteger(rows[i]) || rows[i] < 0 || rows[i] >= dataset.length) {
        throw new ValueError(`Subset: row ${rows[i]} does not exist, the data set has rows 0 to ${dataset.length - 1}`);
      }
    }
    this.dataset = dataset;
    this.rows = new Uint32Array(rows);
    this.inputs = dataset.inputs;
    this.targets = dataset.targets;
  }

  get length(): number {
    return this.rows.length;
  }

  fill(rows: Uint32Array, inputs: TypedArray, targets: TypedArray): void | Promise<void> {
    const own = new Uint32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      if (rows[i] >= this.rows.length) {
        throw new ValueError(`Subset: row ${rows[i]} does not exist, the view has ${this.rows.length}`);
      }
      own[i] = this.rows[rows[i]];
    }
    return this.dataset.fill(own, inputs, targets);
  }
}
