import type { DType, Tensor } from "@minima/tensor";

/**
 * How well the numbers of a tensor are known.
 *
 * - `exact`: chosen, moved, compared, or integers. The same on every device, so that what jumps may follow: sorting, rounding
 *   to integers.
 * - `rounded`: by arithmetic that IEEE 754 defines to the bit; devices that follow it agree.
 * - `rough`: by series or sums, up to the last places.
 */
export type Certainty = "exact" | "rounded" | "rough";

const order: readonly Certainty[] = ["exact", "rounded", "rough"];

/** The least certain. */
export function worstOf(...certainties: readonly Certainty[]): Certainty {
  return order[Math.max(...certainties.map((certainty) => order.indexOf(certainty)))];
}

/** A tensor of a random program. */
export interface Value {
  readonly tensor: Tensor;
  readonly certainty: Certainty;
  /** What no finite absolute value is above, roughly. */
  readonly limit: number;
}

/** What a step adds to a program. */
export interface StepResult extends Value {
  readonly text: string;
}

export const isInteger = (dtype: DType): boolean => dtype === "int32" || dtype === "uint32" || dtype === "uint8";

/** Whether two shapes broadcast. */
export function fits(a: readonly number[], b: readonly number[]): boolean {
  const rank = Math.max(a.length, b.length);
  for (let axis = 1; axis <= rank; axis++) {
    const [x, y] = [a[a.length - axis] ?? 1, b[b.length - axis] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}
