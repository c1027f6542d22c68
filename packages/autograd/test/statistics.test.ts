import { beforeEach, describe, expect, it } from "vitest";
import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { type DerivativeCase, testDerivatives } from "./derivatives.ts";

beforeEach(() => T.setBackend(T.reference()));

const flags = T.tensor([true, false, true, true, false, true], { shape: [2, 3] });
/** Elements of x, but NaN in some places. */
const holed = (x: Tensor): Tensor => T.where(flags, x, NaN);
const interpolations = ["linear", "lower", "higher", "midpoint", "nearest"] as const;

testDerivatives([
  { name: "erfc", f: (x) => T.erfc(x), shapes: [[12]], domain: (u) => 3 * u },
  { name: "sinc", f: (x) => T.sinc(x), shapes: [[12]], domain: (u) => 3 * u },
  { name: "sinc near 0", f: (x) => T.sinc(x), shapes: [[12]], domain: (u) => 0.3 * u },
  { name: "frac", f: (x) => T.exp(T.frac(x)), shapes: [[5]], domain: (u) => 3 * u },
  { name: "hypot", f: (a, b) => T.hypot(a, b), shapes: [[3, 1], [4]] },
  { name: "xlogy of 0", f: (x, y) => T.xlogy(T.mul(x, T.greater(x, 0)), y), shapes: [[6], [6]], domain: (u, i) => (i === 1 ? 1.5 + u : u) },
  { name: "lerp beyond its ends", f: (a, b, w) => T.exp(T.lerp(a, b, w)), shapes: [[2, 3], [3], [2, 1]], domain: (u, i) => (i === 2 ? 3 * u : u) },

  { name: "nansum", f: (x) => T.exp(T.nansum(holed(x), { axis: 1 })), shapes: [[2, 3]] },
  { name: "nanmean", f: (x) => T.exp(T.nanmean(holed(x), { axis: 1 })), shapes: [[2, 3]] },
  { name: "varMean", f: (x) => T.mul(...pairOf(T.varMean(x, { axis: 1 }))), shapes: [[3, 4]] },
  { name: "median", f: (x) => T.exp(T.median(x, { axis: 1 }).values), shapes: [[2, 4]] },
  { name: "median of all", f: (x) => T.exp(T.median(x)), shapes: [[3, 3]] },
  { name: "nanmedian", f: (x) => T.exp(T.nanmedian(holed(x), { axis: 1 }).values), shapes: [[2, 3]] },
  { name: "mode", f: (x) => T.exp(T.mode(x, { axis: 0 }).values), shapes: [[4, 2]] },
  ...interpolations.map((interpolation): DerivativeCase => {
    return { name: `quantile, ${interpolation}`, f: (x) => T.exp(T.quantile(x, [0.2, 0.5, 1], { axis: 1, interpolation })), shapes: [[2, 6]] };
  }),
  { name: "nanquantile", f: (x) => T.exp(T.nanquantile(holed(x), [0.3, 0.7], { axis: 1 })), shapes: [[2, 3]] },
  { name: "logcumsumexp", f: (x) => T.logcumsumexp(x, 1), shapes: [[2, 5]], domain: (u) => 3 * u },
  { name: "logcumsumexp in blocks", f: (x) => T.logcumsumexp(x, 0), shapes: [[70]], domain: (u) => 3 * u },

  { name: "kron", f: (a, b) => T.exp(T.kron(a, b)), shapes: [[2, 2], [3]] },
  { name: "rot90", f: (x) => T.exp(T.rot90(x, -1, [2, 0])), shapes: [[2, 2, 3]] },
]); // prettier-ignore

function pairOf({ variance, mean }: { variance: Tensor; mean: Tensor }): [Tensor, Tensor] {
  return [variance, mean];
}

/** dL/d(input) of L = Σ weight · f(inputs), evaluated by the reference. */
async function gradientsOf(
  f: (...inputs: Tensor[]) => Tensor | Promise<Tensor>,
  data: readonly (readonly number[])[],
  weight?: readonly number[],
): Promise<number[][]> {
  const inputs = data.map((numbers) => T.tensor(numbers, { requiresGrad: true }));
  const y = await f(...inputs);
  y.backward(weight === undefined ? T.onesLike(y) : T.tensor(weight, { shape: y.shape }));
  return Promise.all(inputs.map(async ({ grad }) => Array.from((await grad?.data()) ?? [], (value) => value + 0)));
}

describe("gradients where the formula has none, or is of little use", () => {
  const [inf, tiny] = [Infinity, 2 ** -130];

  it.each<{ name: string; f: (...inputs: Tensor[]) => Tensor; data: number[][]; want: number[][] }>([
    { name: "sinc at 0", f: T.sinc, data: [[0]], want: [[0]] },
    { name: "hypot of zeros", f: T.hypot, data: [[0], [0]], want: [[0], [0]] },
    { name: "hypot of what is tiny, large or infinite", f: T.hypot, data: [[tiny, -3e38, inf, 1], [0, 0, 1, -inf]], want: [[1, -1, 1, 0], [0, 0, 0, -1]] },
    { name: "xlogy of 0", f: T.xlogy, data: [[0, 0, 0], [1, -1, 0]], want: [[0, 0, 0], [0, 0, 0]] },
    { name: "lerp between equal infinities", f: T.lerp, data: [[inf], [inf], [0.25]], want: [[0.75], [0.25], [0]] },
    { name: "round", f: (x) => T.add(T.round(x, { decimals: 1 }), T.mul(x, 2)), data: [[0.27, 3e38]], want: [[2, 2]] },
    { name: "nansum", f: (x) => T.nansum(x), data: [[NaN, 2]], want: [[0, 1]] },
    { name: "median of ties", f: (x) => T.median(x), data: [[2, 1, 2, 2]], want: [[1, 0, 0, 0]] },
    { name: "median of infinities", f: (x) => T.median(x), data: [[inf, inf]], want: [[1, 0]] },
    { name: "mode", f: (x) => T.mode(x).values, data: [[3, 1, 3]], want: [[0, 0, 1]] },
    { name: "quantile of infinities", f: (x) => T.quantile(x, 0.25), data: [[inf, inf]], want: [[0.75, 0.25]] },
    { name: "logcumsumexp of what overflows", f: (x) => T.logcumsumexp(x, 0), data: [[1000, -1000]], want: [[2, 0]] },
    { name: "logcumsumexp of -inf", f: (x) => T.logcumsumexp(x, 0), data: [[1, -inf, 1]], want: [[2.5, 0, 0.5]] },
  ])("$name", async ({ f, data, want }) => {
    expect(await gradientsOf(f, data)).toEqual(want);
  }); // prettier-ignore

  it("maskedSelect passes them to the elements taken", async () => {
    const mask = T.tensor([true, false, true]);
    expect(await gradientsOf((x) => T.maskedSelect(x, mask), [[1, 2, 3]], [5, 7])).toEqual([[5, 0, 7]]);
    const rows = T.tensor([[true, true, false], [true, false, false]]); // prettier-ignore
    expect(await gradientsOf((x) => T.maskedSelect(x, rows), [[1, 2, 3]], [5, 7, 11])).toEqual([[16, 7, 0]]);
  });

  it("bincount passes them to the weights", async () => {
    const classes = T.tensor([2, 0, 2], { dtype: "int32" });
    expect(await gradientsOf((weights) => T.bincount(classes, { weights }), [[1, 1, 1]], [5, 6, 7])).toEqual([
      [7, 5, 7],
    ]);
  });
});
