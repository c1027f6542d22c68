import { ArrayDataset } from "../array-dataset.ts";
import type { Normalization } from "../normalization.ts";
import { side } from "./canvas.ts";
import type { DrawDigitsOptions } from "./draw-digits.ts";
import { drawDigits } from "./draw-digits.ts";

/** Options of {@link digits}. */
export interface DigitsOptions extends DrawDigitsOptions {
  /** Standardises pixels after they have been brought to the range from 0 to 1. */
  readonly normalize?: Normalization | undefined;
}

/**
 * A data set of drawn digits, shaped like MNIST: inputs float32 [1, 28, 28] from 0 to 1, targets int32 from 0 to 9.
 * See {@link drawDigits} for how they are made.
 */
export function digits(options: DigitsOptions): ArrayDataset {
  const { images, labels } = drawDigits(options);
  return new ArrayDataset({
    inputs: { data: images, shape: [options.count, 1, side, side], scale: 1 / 255, normalize: options.normalize },
    targets: { data: labels, dtype: "int32" },
  });
}
