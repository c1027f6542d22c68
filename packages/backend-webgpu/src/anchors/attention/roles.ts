import type { AttentionStep } from "@minima/tensor";

/**
 * What invocations have a row of, queries or keys; the inputs of which they keep that row; those whose rows pass by,
 * and of them the one that the result is a weighted sum of; and the inputs with a number for each query.
 * The first row of both makes scores. See `AttentionAttributes` for the inputs.
 */
export interface Roles {
  readonly own: "query" | "key";
  readonly kept: readonly number[];
  readonly passing: readonly number[];
  readonly summed: number | null;
  readonly numbers: readonly number[];
}

export const roles: Readonly<Record<AttentionStep["attributes"]["mode"], Roles>> = {
  forward: { own: "query", kept: [0], passing: [1, 2], summed: 1, numbers: [] },
  logSumExp: { own: "query", kept: [0], passing: [1], summed: null, numbers: [] },
  queryGradient: { own: "query", kept: [0, 3], passing: [1, 2], summed: 0, numbers: [4, 5] },
  keyGradient: { own: "key", kept: [1, 2], passing: [0, 3], summed: 0, numbers: [4, 5] },
  valueGradient: { own: "key", kept: [1], passing: [0, 2], summed: 1, numbers: [3] },
};
