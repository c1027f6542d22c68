import { cast, equal, sum } from "@minima/tensor";
import { classesOf, predictedClasses } from "./classes.ts";
import type { Metric } from "./metric.ts";

/**
 * The fraction of rows whose largest output is that of the right class, from 0 to 1.
 *
 * The output is [n, classes] (logits or probabilities), the target [n] class indices or [n, classes] one-hot.
 */
export function accuracy(): Metric<number> {
  return {
    better: "higher",
    measure: (output, target) =>
      sum(cast(equal(predictedClasses("accuracy", output), classesOf("accuracy", target, output)), "int32")),
    value: ([correct], samples) => correct / samples,
  };
}
