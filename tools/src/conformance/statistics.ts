import { Unsupported } from "./outcome.ts";
import type { Mismatch } from "./outcome.ts";

type Numbers = Readonly<Record<string, unknown>>;

/**
 * Checks a draw: bounds are kept strictly, |mean - expected.mean| <= mean_in_std * std, |std / expected.std - 1| <= std_rel.
 */
export function checkStatistics(values: ArrayLike<number>, expected: Numbers, tolerance: Numbers): Mismatch[] {
  const { mean, std, min, max } = describe(values);
  const bound = numberOf(expected, "bound");
  const low = numberOf(expected, "min") ?? (bound === undefined ? undefined : -bound);
  const high = numberOf(expected, "max") ?? bound;
  const wantMean = numberOf(expected, "mean");
  const wantStd = numberOf(expected, "std");
  const mismatches: Mismatch[] = [];
  const check = (role: string, ok: boolean, got: number, want: string) => {
    if (!ok) mismatches.push({ role, problem: `got ${got}, want ${want}` });
  };
  // Drawn values are float32, and so is the bound that they are drawn within.
  if (low !== undefined) check("min", min >= Math.fround(low), min, `at least ${low}`);
  if (high !== undefined) check("max", max <= Math.fround(high), max, `at most ${high}`);
  const meanLimit = (numberOf(tolerance, "mean_in_std") ?? 0) * (wantStd ?? 0);
  if (wantMean !== undefined) check("mean", Math.abs(mean - wantMean) <= meanLimit, mean, `${wantMean} ± ${meanLimit}`);
  const stdLimit = numberOf(tolerance, "std_rel") ?? 0;
  if (wantStd !== undefined) {
    check("std", Math.abs(std / wantStd - 1) <= stdLimit, std, `${wantStd} ± ${stdLimit * wantStd}`);
  }
  return mismatches;
}

/** Rounding in float32 of a product of unit vectors. */
const orthogonalTolerance = 1e-4;

/** Checks that W, flattened to `rows` rows, has W Wᵀ = gain² I, or Wᵀ W = gain² I if it is taller than wide. */
export function checkOrthogonal(values: ArrayLike<number>, rows: number, expected: Numbers): Mismatch[] {
  if (typeof expected.property !== "string" || !/W W\^T = gain\^2 I/.test(expected.property)) {
    throw new Unsupported(`the runner does not know the property ${JSON.stringify(expected.property)}`);
  }
  const gain = numberOf(expected, "gain") ?? 1;
  const columns = values.length / rows;
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const at = (vector: number, i: number) =>
    rows <= columns ? values[vector * columns + i] : values[i * columns + vector];
  let worst = 0;
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let product = 0;
      for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
      // Math.max hands a nan on, and no limit is above a nan.
      worst = Math.max(worst, Math.abs(product - (a === b ? gain ** 2 : 0)));
    }
  }
  const limit = orthogonalTolerance * gain ** 2;
  return worst <= limit
    ? []
    : [{ role: "orthogonality", problem: `W Wᵀ is off gain² I by ${worst}, allowed ${limit}` }];
}

function describe(values: ArrayLike<number>): { mean: number; std: number; min: number; max: number } {
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    min = Math.min(min, values[i]);
    max = Math.max(max, values[i]);
  }
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return { mean, std: Math.sqrt(squares / (values.length - 1)), min, max };
}

function numberOf(record: Numbers, key: string): number | undefined {
  const value = record[key];
  return typeof value === "number" ? value : undefined;
}
