import { checkOptions, ValueError } from "@minima/tensor";
import type { Dataset } from "./dataset.ts";
import { CounterRandom } from "./random/counter-random.ts";
import { identity, shuffleInPlace } from "./random/permutation.ts";
import { Subset } from "./subset.ts";

/** Options of {@link trainValidationSplit}. */
export interface SplitOptions {
  /** Rows for validation: a fraction between 0 and 1 (rounded to whole rows), or a count from 1 up. */
  readonly validation: number;
  /** Choose the rows at random (the default); otherwise validation takes the last rows. */
  readonly shuffle?: boolean | undefined;
  /** Seed of the choice, 0 by default: the same seed and length give the same split on every platform. */
  readonly seed?: number | undefined;
}

/**
 * Two views without a row in common that together hold every row, each in the order of the data set.
 * @throws ValueError if either view would be empty, or `validation` is neither a fraction nor a count.
 */
export function trainValidationSplit(dataset: Dataset, options: SplitOptions): { train: Subset; validation: Subset } {
  checkOptions("trainValidationSplit", options, { validation: true, shuffle: true, seed: true });
  const { shuffle = true, seed = 0 } = options;
  const held = validationCount(dataset.length, options.validation);
  const rows = identity(dataset.length);
  if (shuffle) shuffleInPlace(rows, new CounterRandom(seed, "split"));
  const boundary = rows.length - held;
  return {
    train: new Subset(dataset, rows.subarray(0, boundary).sort()),
    validation: new Subset(dataset, rows.subarray(boundary).sort()),
  };
}

function validationCount(length: number, validation: number): number {
  const isFraction = validation > 0 && validation < 1;
  if (!isFraction && !(Number.isSafeInteger(validation) && validation >= 1)) {
    throw new ValueError(
      `trainValidationSplit: validation must be a fraction between 0 and 1 or a whole number of rows, got ${validation}`,
    );
  }
  const held = isFraction ? Math.round(length * validation) : validation;
  if (held >= 1 && held < length) return held;
  const empty = held < 1 ? "no row for validation" : "no row for training";
  throw new ValueError(
    `trainValidationSplit: validation ${validation} of ${length} row${length === 1 ? "" : "s"} leaves ${empty}`,
  );
}
