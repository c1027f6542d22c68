import type { Tensor } from "../tensor.ts";
import type { Operand } from "./build.ts";
import { type VarianceOptions, mean, std, variance } from "./reduce.ts";
import { named } from "./named.ts";

/** Variance and arithmetic mean over axes; see `variance`. */
export function varMean(x: Operand, options: VarianceOptions = {}): { variance: Tensor; mean: Tensor } {
  return named("varMean", () => ({ variance: variance(x, options), mean: mean(x, options) }));
}

/** Standard deviation and arithmetic mean over axes; see `std`. */
export function stdMean(x: Operand, options: VarianceOptions = {}): { std: Tensor; mean: Tensor } {
  return named("stdMean", () => ({ std: std(x, options), mean: mean(x, options) }));
}
