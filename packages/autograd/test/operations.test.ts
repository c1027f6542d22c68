import { describe, expect, it } from "vitest";
import * as T from "@minima/tensor";
import type { Tensor } from "@minima/tensor";
import { checkGradients } from "../src/index.ts";

interface Case {
  readonly name: string;
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly shapes: readonly (readonly number[])[];
  /** Maps a number in (-1, 1) to the operation's domain. */
  readonly domain?: (u: number, input: number) => number;
  /** Default 1e-6. */
  readonly tolerance?: number;
}

const awayFromZero = (u: number): number => (u < 0 ? u - 0.3 : u + 0.3);
const index = (values: number[], shape: number[]): Tensor => T.tensor(Int32Array.from(values), { shape });
const mask = (values: boolean[], shape: number[]): Tensor => T.tensor(values, { shape });

const cases: readonly Case[] = [
  // functions of one element
  ...(["asin", "acos", "atanh", "asinh"] as const).map((name): Case => ({
    name,
    f: (x) => T[name](x),
    shapes: [[2, 3]],
    domain: (u) => 0.9 * u,
  })),
  { name: "acosh", f: (x) => T.acosh(x), shapes: [[2, 3]], domain: (u) => 2.2 + u },
  // the polynomials behind erfinv have errors of 1e-7, and their slopes of 1e-6
  { name: "erfinv", f: (x) => T.erfinv(x), shapes: [[2, 3]], domain: (u) => 0.9 * u, tolerance: 2e-5 },
  { name: "expm1", f: (x) => T.expm1(x), shapes: [[2, 3]] },
  { name: "sinh", f: (x) => T.sinh(x), shapes: [[2, 3]], domain: (u) => 2 * u },
  { name: "cosh", f: (x) => T.cosh(x), shapes: [[2, 3]], domain: (u) => 2 * u },
  { name: "exp2", f: (x) => T.exp2(x), shapes: [[2, 3]] },
  { name: "logit", f: (x) => T.logit(x), shapes: [[2, 3]], domain: (u) => 0.5 + 0.4 * u },
  { name: "logit with eps", f: (x) => T.logit(x, { eps: 0.2 }), shapes: [[2, 3]], domain: (u) => 0.5 + 0.49 * u },
  { name: "nanToNum", f: (x) => T.square(T.nanToNum(T.log(x), { nan: 2 })), shapes: [[6]], domain: awayFromZero },

  // functions of two
  { name: "logaddexp", f: (a, b) => T.logaddexp(a, b), shapes: [[2, 3], [3]] },
  { name: "xlogy", f: (a, b) => T.xlogy(a, b), shapes: [[2, 3], [3]], domain: (u, i) => (i === 1 ? 1.5 + u : u) },
  { name: "hypot", f: (a, b) => T.hypot(a, b), shapes: [[2, 3], [3]], domain: awayFromZero },
  { name: "atan2 in all quadrants", f: (a, b) => T.atan2(a, b), shapes: [[4, 1], [5]], domain: awayFromZero },
  { name: "fmod", f: (a, b) => T.fmod(a, b), shapes: [[2, 3], [3]], domain: (u, i) => (i === 1 ? 2 + u : 5 * u) },
  { name: "lerp by a number", f: (a, b) => T.exp(T.lerp(a, b, 0.7)), shapes: [[2, 3], [3]] },
  { name: "lerp by a tensor", f: (a, b, w) => T.exp(T.lerp(a, b, w)), shapes: [[2, 3], [3], [2, 1]] },
  { name: "addcmul", f: (x, a, b) => T.exp(T.addcmul(x, a, b, { value: 0.5 })), shapes: [[2, 3], [3], [2, 1]] },
  {
    name: "addcdiv",
    f: (x, a, b) => T.exp(T.addcdiv(x, a, b, { value: -0.5 })),
    shapes: [[2, 3], [3], [2, 1]],
    domain: awayFromZero,
  },

  // along an axis
  { name: "cumsum", f: (x) => T.exp(T.cumsum(x, 1)), shapes: [[2, 4]] },
  { name: "cumprod", f: (x) => T.cumprod(x, 0), shapes: [[4, 2]], domain: awayFromZero },
  { name: "cummax", f: (x) => T.exp(T.cummax(x, 1).values), shapes: [[2, 6]] },
  { name: "cummin", f: (x) => T.exp(T.cummin(x, 0).values), shapes: [[5, 3]] },
  { name: "diff", f: (x) => T.exp(T.diff(x, { n: 2 })), shapes: [[2, 5]] },
  { name: "sort", f: (x) => T.exp(T.sort(x, { axis: 0, descending: true }).values), shapes: [[5, 2]] },
  { name: "topk", f: (x) => T.exp(T.topk(x, 2, { axis: 1 }).values), shapes: [[2, 5]] },
  { name: "quantile", f: (x) => T.exp(T.quantile(x, 0.3, { axis: 1 })), shapes: [[2, 5]] },
  { name: "median", f: (x) => T.exp(T.median(x)), shapes: [[2, 3]] },
  { name: "std", f: (x) => T.std(x, { axis: 1 }), shapes: [[2, 4]] },

  // views
  { name: "pad by a constant", f: (x) => T.exp(T.pad(x, [1, 2, 0, 1], { value: 0.5 })), shapes: [[2, 3]] },
  { name: "pad by a negative number", f: (x) => T.exp(T.pad(x, [-1, 2])), shapes: [[2, 4]] },
  { name: "pad reflect", f: (x) => T.exp(T.pad(x, [2, 1, 1, 1], { mode: "reflect" })), shapes: [[2, 3]] },
  { name: "pad replicate", f: (x) => T.exp(T.pad(x, [3, 1, 0, 2], { mode: "replicate" })), shapes: [[2, 3]] },
  { name: "pad circular", f: (x) => T.exp(T.pad(x, [3, 1, 0, 2], { mode: "circular" })), shapes: [[2, 3]] },
  { name: "tril", f: (x) => T.exp(T.tril(x, 1)), shapes: [[2, 3, 4]] },
  { name: "triu", f: (x) => T.exp(T.triu(x, -1)), shapes: [[4, 3]] },
  { name: "diagonal", f: (x) => T.exp(T.diagonal(x, { offset: -1, axis0: 2, axis1: 0 })), shapes: [[3, 2, 4]] },
  { name: "diagEmbed", f: (x) => T.exp(T.diagEmbed(x, -1)), shapes: [[2, 3]] },
  { name: "diag", f: (x) => T.exp(T.diag(x, 1)), shapes: [[3, 3]] },
  { name: "trace", f: (x) => T.exp(T.trace(x)), shapes: [[3, 2]] },
  { name: "moveaxis", f: (x) => T.exp(T.moveaxis(x, [0, 1], [-1, 0])), shapes: [[2, 3, 2]] },
  { name: "unbind", f: (x) => T.mul(...(T.unbind(x, 1) as [Tensor, Tensor])), shapes: [[3, 2]] },
  { name: "unfold", f: (x) => T.exp(T.unfold(x, 0, 3, 2)), shapes: [[7, 2]] },
  { name: "meshgrid", f: (a, b) => T.mul(...(T.meshgrid([a, b]) as [Tensor, Tensor])), shapes: [[3], [2]] },

  // products
  {
    name: "einsum ij,jk",
    f: (a, b) => T.exp(T.einsum("ij,jk", a, b)),
    shapes: [
      [2, 3],
      [3, 2],
    ],
  },
  {
    name: "einsum of three with an ellipsis",
    f: (a, b, c) => T.exp(T.einsum("...ij,...jk,k->...i", a, b, c)),
    shapes: [[2, 2, 3], [3, 2], [2]],
  },
  { name: "einsum of a diagonal", f: (a, b) => T.exp(T.einsum("iij,j->i", a, b)), shapes: [[3, 3, 2], [2]] },
  {
    name: "einsum with batch rows alone",
    f: (a, b) => T.exp(T.einsum("bi,bi->b", a, b)),
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  {
    name: "einsum, transposed",
    f: (a, b) => T.exp(T.einsum("kbi,jkb->bji", a, b)),
    shapes: [
      [2, 3, 2],
      [2, 2, 3],
    ],
  },
  {
    name: "tensordot",
    f: (a, b) =>
      T.exp(
        T.tensordot(a, b, [
          [0, 2],
          [1, 0],
        ]),
      ),
    shapes: [
      [2, 3, 2],
      [2, 2],
    ],
  },
  {
    name: "cdist",
    f: (a, b) => T.cdist(a, b),
    shapes: [
      [2, 3],
      [4, 3],
    ],
  },
  {
    name: "cdist p=1",
    f: (a, b) => T.exp(T.cdist(a, b, { p: 1 })),
    shapes: [
      [2, 2, 3],
      [2, 3],
    ],
  },
  {
    name: "attention",
    f: (q, k, v) => T.scaledDotProductAttention(q, k, v),
    shapes: [
      [2, 3, 4],
      [2, 5, 4],
      [2, 5, 2],
    ],
  },
  {
    name: "causal attention",
    f: (q, k, v) => T.scaledDotProductAttention(q, k, v, { isCausal: true, scale: 1 }),
    shapes: [
      [3, 2],
      [3, 2],
      [3, 2],
    ],
  },
  {
    name: "attention with a row that may see nothing",
    f: (q, k, v) =>
      T.scaledDotProductAttention(q, k, v, { mask: mask([true, false, true, false, false, false], [2, 3]) }),
    shapes: [
      [2, 2],
      [3, 2],
      [3, 2],
    ],
  },
  {
    name: "attention with a learned bias",
    f: (q, k, v, bias) => T.scaledDotProductAttention(q, k, v, { mask: bias }),
    shapes: [
      [2, 2],
      [3, 2],
      [3, 2],
      [2, 3],
    ],
  },

  // windows
  {
    name: "conv2d",
    f: (x, weight, bias) =>
      T.exp(T.conv2d(x, weight, { bias, stride: [1, 2], padding: [1, 0], dilation: [2, 1], groups: 2 })),
    shapes: [[2, 2, 5, 4], [4, 1, 3, 2], [4]],
  },
  {
    name: "conv2d same",
    f: (x, w) => T.square(T.conv2d(x, w, { padding: "same" })),
    shapes: [
      [1, 2, 3, 4],
      [1, 2, 2, 3],
    ],
  },
  {
    name: "conv1d",
    f: (x, w) => T.square(T.conv1d(x, w, { stride: 2, padding: 1 })),
    shapes: [
      [2, 2, 5],
      [3, 2, 3],
    ],
  },
  {
    name: "convTranspose2d",
    f: (x, weight, bias) =>
      T.square(T.convTranspose2d(x, weight, { bias, stride: 2, padding: [1, 0], outputPadding: 1, groups: 2 })),
    shapes: [[1, 2, 2, 3], [2, 1, 3, 2], [2]],
  },
  {
    name: "convTranspose1d",
    f: (x, w) => T.square(T.convTranspose1d(x, w, { dilation: 3, outputPadding: 2 })),
    shapes: [
      [2, 3],
      [2, 2, 2],
    ],
  },
  {
    name: "maxPool2d",
    f: (x) => T.exp(T.maxPool2d(x, [2, 3], { stride: 2, padding: 1, ceilMode: true })),
    shapes: [[2, 1, 4, 5]],
  },
  { name: "maxPool1d", f: (x) => T.exp(T.maxPool1d(x, 2, { dilation: 2, stride: 1 })), shapes: [[2, 6]] },
  {
    name: "avgPool2d",
    f: (x) => T.exp(T.avgPool2d(x, [2, 3], { stride: 2, padding: 1, ceilMode: true })),
    shapes: [[2, 1, 4, 5]],
  },
  {
    name: "avgPool2d without padding in the count",
    f: (x) => T.exp(T.avgPool2d(x, 3, { stride: 2, padding: 1, countIncludePad: false })),
    shapes: [[4, 5]],
  },
  { name: "avgPool1d", f: (x) => T.exp(T.avgPool1d(x, 2)), shapes: [[2, 5]] },
  { name: "adaptiveAvgPool2d", f: (x) => T.exp(T.adaptiveAvgPool2d(x, [2, 3])), shapes: [[2, 5, 4]] },
  { name: "adaptiveMaxPool2d", f: (x) => T.exp(T.adaptiveMaxPool2d(x, [2, 3])), shapes: [[2, 5, 4]] },
  { name: "adaptiveAvgPool1d", f: (x) => T.exp(T.adaptiveAvgPool1d(x, 3)), shapes: [[2, 5]] },
  { name: "adaptiveMaxPool1d", f: (x) => T.exp(T.adaptiveMaxPool1d(x, 3)), shapes: [[2, 5]] },

  // picking
  {
    name: "scatter",
    f: (x, s) => T.exp(T.scatter(x, 0, index([0, 2, 1, 1], [2, 2]), s)),
    shapes: [
      [3, 2],
      [2, 2],
    ],
  },
  {
    name: "indexAdd",
    f: (x, s) => T.exp(T.indexAdd(x, 1, index([2, 0, 2], [3]), s)),
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { name: "maskedFill", f: (x) => T.exp(T.maskedFill(x, T.less(x, 0), 2)), shapes: [[2, 3]], domain: awayFromZero },
];

describe("gradients against central differences in float64, first and second derivatives", () => {
  it.each(cases)("$name", ({ f, shapes, domain = (u) => u, tolerance = 1e-6 }) => {
    const inputs = shapes.map((shape, input) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Array.from({ length: size }, (_, i) => domain(Math.sin(2.7 * i + 1.1 + 3.3 * input) * 0.9, input));
      return { shape, data };
    });
    const result = checkGradients(f, inputs, { second: true });
    expect(result.worst, JSON.stringify(result)).toBeLessThan(tolerance);
  });
});

/** dL/dx of L = Σ weight · f(x), evaluated by the reference. */
async function gradientOf(
  f: (x: Tensor) => Tensor,
  data: number[],
  shape: number[],
  weight?: number[],
): Promise<number[]> {
  const x = T.tensor(Float32Array.from(data), { shape, requiresGrad: true, backend: T.reference() });
  const y = f(x);
  y.backward(T.tensor(Float32Array.from(weight ?? new Array<number>(y.size).fill(1)), { shape: y.shape }));
  return Array.from((await x.grad?.data()) ?? []);
}

describe("gradients where the derivative of the formula is none", () => {
  it.each([
    { name: "expm1 of what overflows", f: T.expm1, data: [100, -200], want: [Infinity, 0] },
    { name: "cosh of what overflows", f: T.cosh, data: [100, 0], want: [Infinity, 0] },
    { name: "sinh of what overflows", f: T.sinh, data: [-100, 0], want: [Infinity, 1] },
    { name: "std of equal numbers", f: (x: Tensor) => T.std(x), data: [2, 2, 2], want: [0, 0, 0] },
    { name: "norm of zeros", f: (x: Tensor) => T.norm(x), data: [0, 0], want: [0, 0] },
    {
      name: "cdist of a point to itself",
      f: (x: Tensor) => T.cdist(x, T.zeros([1, 2])),
      data: [0, 0],
      shape: [1, 2],
      want: [0, 0],
    },
    { name: "hypot of zeros", f: (x: Tensor) => T.hypot(x, 0), data: [0, -2], want: [0, -1] },
    {
      name: "hypot of what overflows squared",
      f: (x: Tensor) => T.hypot(x, 3e30),
      data: [4e30],
      want: [Math.fround(0.8)],
    },
    { name: "atan2 by y at the origin", f: (y: Tensor) => T.atan2(y, 0), data: [0], want: [0] },
    { name: "atan2 by x far up the axis", f: (x: Tensor) => T.atan2(1, x), data: [1e-25], want: [-1] },
    { name: "logaddexp of infinities", f: (x: Tensor) => T.logaddexp(x, x), data: [-Infinity, Infinity], want: [1, 1] },
    { name: "logaddexp of what overflows", f: (x: Tensor) => T.logaddexp(x, 0), data: [200, -200], want: [1, 0] },
    { name: "xlogy where x is 0", f: (x: Tensor) => T.xlogy(0, x), data: [0, -1], want: [0, 0] },
    { name: "asin at its ends", f: T.asin, data: [-1, 1], want: [Infinity, Infinity] },
    { name: "acosh at its end", f: T.acosh, data: [1], want: [Infinity] },
    { name: "nanToNum", f: (x: Tensor) => T.nanToNum(x), data: [NaN, Infinity, -Infinity, 3], want: [0, 0, 0, 1] },
    {
      name: "cumprod over one zero",
      f: (x: Tensor) => T.cumprod(x, 0),
      data: [2, 0, 3, 4],
      want: [1, 2 + 6 + 24, 0, 0],
    },
    { name: "cumprod over two zeros", f: (x: Tensor) => T.cumprod(x, 0), data: [2, 0, 3, 0, 5], want: [1, 8, 0, 0, 0] },
    {
      name: "cummax, of equals the last",
      f: (x: Tensor) => T.cummax(x, 0).values,
      data: [3, 1, 3, 2],
      want: [2, 0, 2, 0],
    },
    { name: "fmod at 0", f: (x: Tensor) => T.fmod(x, 3), data: [0, -4], want: [1, 1] },
    {
      name: "max pooling, of equals the first",
      f: (x: Tensor) => T.maxPool1d(x, 2),
      data: [5, 5, 1, 5],
      want: [1, 0, 0, 1],
    },
    {
      name: "adaptive max pooling, of equals the first",
      f: (x: Tensor) => T.adaptiveMaxPool1d(x, 2),
      data: [1, 7, 7],
      want: [0, 2, 0],
    },
  ])("$name", async ({ f, data, shape, want }) => {
    const got = await gradientOf(f, data, shape ?? [data.length]);
    expect(got.map((value) => value + 0)).toEqual(want.map((value) => value + 0));
  });

  it("attention passes no NaN through a row that may see nothing", async () => {
    const visible = T.tensor([true, true, false, false], { shape: [2, 2] });
    const got = await gradientOf((q) => T.scaledDotProductAttention(q, q, q, { mask: visible }), [1, 2, 3, 4], [2, 2]);
    expect(got.every(Number.isFinite)).toBe(true);
  });
});
