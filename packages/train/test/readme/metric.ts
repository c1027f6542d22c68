import { abs, sub, sum } from "@minima/tensor";
import type { Metric } from "@minima/train";

export const absoluteError: Metric<number> = {
  measure: (output, target) => sum(abs(sub(output, target))),
  value: ([total], samples) => total / samples,
  better: "lower",
};
