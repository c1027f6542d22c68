import type { Row } from "../operation.ts";
import { argReduction, extremum, reduction } from "../operation.ts";

/** What folds axes. */
export const reductions: readonly Row[] = [
  reduction("sum"),
  reduction("mean"),
  reduction("var", "variance", { ddof: "correction" }),
  reduction("std", "std", { ddof: "correction" }),
  reduction("logsumexp"),
  reduction("norm", "norm", { p: "p" }),
  reduction("amax"),
  reduction("amin"),
  reduction("prod"),
  reduction("any"),
  reduction("all"),
  argReduction("argmax"),
  argReduction("argmin"),
  extremum("max"),
  extremum("min"),
];
