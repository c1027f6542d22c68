import * as L from "@minima/layers";
import * as T from "@minima/tensor";
import * as exact from "./exact.ts";
import type { Judged } from "./sweep.ts";

/** Two numbers of one sign, and all float32 between them. */
type Interval = readonly [from: number, to: number];

export interface JudgedFunction extends Judged {
  /** As exported. */
  readonly name: string;
  /** Largest error in ulp; what docs/accuracy.md promises. */
  readonly bound: number;
  /** Where numbers lie densely; beyond, the function is constant, simple, or repeats itself. */
  readonly dense: readonly Interval[];
}

const bothSigns = (from: number, to: number): Interval[] => [
  [from, to],
  [-from, -to],
];

const afterExp: Interval[] = [
  [2 ** -26, 89],
  [-(2 ** -26), -104.5],
];

/** The functions with kernels of their own, and the logistic function. */
export const kernels: readonly JudgedFunction[] = [
  { name: "exp", op: T.exp, exact: Math.exp, bound: 1.03, dense: afterExp },
  { name: "log", op: T.log, exact: Math.log, bound: 0.92, dense: [[0.25, 4]] },
  { name: "tanh", op: T.tanh, exact: Math.tanh, bound: 1.07, dense: [[2 ** -13, 9.1]] },
  { name: "sigmoid", op: T.sigmoid, exact: exact.sigmoid, bound: 2, dense: afterExp },
  { name: "erf", op: T.erf, exact: exact.erf, bound: 1.52, dense: [[2 ** -13, 4.1]] },
  { name: "sin", op: T.sin, exact: Math.sin, bound: 1.58, dense: [[2 ** -13, 1e5]] },
  { name: "cos", op: T.cos, exact: Math.cos, bound: 1.58, dense: [[2 ** -13, 1e5]] },
  { name: "atan", op: T.atan, exact: Math.atan, bound: 1.7, dense: [[2 ** -13, 2 ** 13]] },
  { name: "sqrt", op: T.sqrt, exact: Math.sqrt, bound: 0.5, dense: [] },
];

/** Functions that are composed of others. */
export const composites: readonly JudgedFunction[] = [
  { name: "reciprocal", op: T.reciprocal, exact: (x) => 1 / x, bound: 0.5, dense: [] },
  { name: "rsqrt", op: T.rsqrt, exact: (x) => 1 / Math.sqrt(x), bound: 1.5, dense: [[1, 4]] },
  { name: "exp2", op: T.exp2, exact: (x) => 2 ** x, bound: 0.51, dense: [[0.5, 1]] },
  { name: "expm1", op: T.expm1, exact: Math.expm1, bound: 2.5, dense: bothSigns(2 ** -13, 2) },
  { name: "log2", op: T.log2, exact: Math.log2, bound: 1.9, dense: [[0.25, 4]] },
  { name: "log10", op: T.log10, exact: Math.log10, bound: 2.1, dense: [[0.25, 4]] },
  { name: "log1p", op: T.log1p, exact: Math.log1p, bound: 1.5, dense: bothSigns(2 ** -26, 0.9) },
  { name: "tan", op: T.tan, exact: Math.tan, bound: 4, dense: [[2 ** -6, 100]] },
  { name: "asin", op: T.asin, exact: Math.asin, bound: 2.8, dense: [[2 ** -12, 1]] },
  { name: "acos", op: T.acos, exact: Math.acos, bound: 2.5, dense: bothSigns(2 ** -12, 1) },
  { name: "sinh", op: T.sinh, exact: Math.sinh, bound: 3.8, dense: [[2 ** -12, 89]] },
  { name: "cosh", op: T.cosh, exact: Math.cosh, bound: 3.1, dense: [[2 ** -12, 89]] },
  { name: "asinh", op: T.asinh, exact: Math.asinh, bound: 2.2, dense: [[2 ** -12, 4]] },
  { name: "acosh", op: T.acosh, exact: Math.acosh, bound: 2.8, dense: [[1, 4]] },
  { name: "atanh", op: T.atanh, exact: Math.atanh, bound: 2.6, dense: [[2 ** -12, 1]] },
  { name: "erfc", op: T.erfc, exact: exact.erfc, bound: 5, dense: [[0.45, 10.1]] },
  { name: "sinc", op: T.sinc, exact: exact.sinc, bound: 3.5, dense: [[0.25, 16]] },
  { name: "erfinv", op: T.erfinv, exact: exact.erfinv, bound: 4, dense: [[2 ** -6, 1]] },
  { name: "logit", op: T.logit, exact: exact.logit, bound: 3, dense: [[2 ** -6, 1]] },
  { name: "softplus", op: L.softplus, exact: exact.softplus, bound: 2.2, dense: bothSigns(2 ** -6, 104) },
  { name: "logsigmoid", op: L.logsigmoid, exact: (x) => -exact.softplus(-x), bound: 2.2, dense: [[2 ** -6, 104]] },
  { name: "elu", op: L.elu, exact: (x) => (x > 0 ? x : Math.expm1(x)), bound: 2.5, dense: [[-(2 ** -13), -18]] },
  {
    name: "silu",
    op: L.silu,
    exact: (x) => (x === -Infinity ? NaN : x * exact.sigmoid(x)),
    bound: 3,
    holds: (x) => !(x < -87),
    dense: [[-(2 ** -13), -87]],
  },
  { name: "mish", op: L.mish, exact: exact.mish, bound: 4, holds: (x) => !(x < -87), dense: bothSigns(2 ** -6, 20) },
  { name: "gelu", op: L.gelu, exact: exact.gelu, at: (x) => x, bound: 1.6, dense: bothSigns(2 ** -6, 8) },
];
