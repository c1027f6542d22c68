import { isFloat } from "../dtype.ts";
import type { Reduction } from "./step.ts";

/** Whether it matters in what order numbers are folded: rounded sums and products do not add up to the same. */
export function dependsOnOrder({ kind, dtype }: Pick<Reduction, "kind" | "dtype">): boolean {
  return (kind === "sum" || kind === "prod") && isFloat(dtype);
}
