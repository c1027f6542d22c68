import { ShapeError, cast, formatShape, matmul, oneHot, transpose } from "@minima/tensor";
import { classesOf, predictedClasses } from "./classes.ts";
import type { Metric } from "./metric.ts";

/**
 * How often each class was taken for each: row i, column j counts the rows of class i for which j was predicted.
 *
 * The output is [n, classes], the target [n] class indices or [n, classes] one-hot.
 */
export function confusionMatrix(): Metric<number[][]> {
  return {
    measure(output, target) {
      const predicted = predictedClasses("confusionMatrix", output);
      const classes = output.shape[1];
      if (classes === 0)
        throw new ShapeError(`confusionMatrix: the output ${formatShape(output.shape)} has no classes`);
      const actual = oneHot(classesOf("confusionMatrix", target, output), classes);
      // Products of zeros and ones in float32 count exactly up to 2^24 rows a batch.
      const counts = matmul(transpose(cast(actual, "float32")), cast(oneHot(predicted, classes), "float32"));
      return cast(counts, "int32");
    },
    value(totals) {
      const classes = Math.sqrt(totals.length);
      return Array.from({ length: classes }, (_, i) => Array.from(totals.subarray(i * classes, (i + 1) * classes)));
    },
  };
}
