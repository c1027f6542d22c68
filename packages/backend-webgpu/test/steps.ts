import type { Step } from "@minima/tensor";

/** out[i] = x[i] + by for n floats, from slot 0 to slot 1. */
export function increment(n: number, by = 1): Step {
  const access = { dtype: "float32", offset: 0, strides: [1] } as const;
  return {
    kind: "loop",
    outer: [n],
    inner: [],
    instructions: [
      { op: "load", slot: 0, ...access },
      { op: "constant", value: by, dtype: "float32" },
      { op: "add", dtype: "float32", a: 0, b: 1 },
    ],
    phases: [{ inner: false, reductions: [], stores: [{ slot: 1, ...access, value: 2 }] }],
  };
}

/** out[i] = whether x[i] is not 0 for n floats, from slot 0 to bytes in slot 1. */
export function nonZero(n: number): Step {
  const place = { offset: 0, strides: [1] };
  return {
    kind: "loop",
    outer: [n],
    inner: [],
    instructions: [
      { op: "load", slot: 0, dtype: "float32", ...place },
      { op: "cast", dtype: "bool", a: 0 },
    ],
    phases: [{ inner: false, reductions: [], stores: [{ slot: 1, dtype: "bool", ...place, value: 1 }] }],
  };
}

export const noScalars = new Uint32Array(0);
