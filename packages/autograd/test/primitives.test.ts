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
  /** Second derivatives are not defined or not checked. */
  readonly firstOnly?: boolean;
}

const positive = (u: number): number => 1.5 + u;
const awayFromZero = (u: number): number => (u < 0 ? u - 0.3 : u + 0.3);
const index = (values: number[], shape: number[]): Tensor => T.tensor(Int32Array.from(values), { shape });

const cases: readonly Case[] = [
  ...(
    ["neg", "exp", "sin", "cos", "tanh", "atan", "erf", "sigmoid", "square", "expm1", "sinh", "cosh", "tan"] as const
  ).map((name): Case => ({ name, f: (x) => T[name](x), shapes: [[2, 3]] })),
  ...(["log", "sqrt", "rsqrt", "reciprocal", "log1p", "log2", "log10"] as const).map((name): Case => ({
    name,
    f: (x) => T[name](x),
    shapes: [[2, 3]],
    domain: positive,
  })),
  ...(["relu", "abs"] as const).map((name): Case => ({
    name,
    f: (x) => T[name](x),
    shapes: [[2, 3]],
    domain: awayFromZero,
  })),
  ...(["add", "sub", "mul", "maximum", "minimum"] as const).map((name): Case => ({
    name: `${name} broadcast`,
    f: (a, b) => T[name](a, b),
    shapes: [
      [2, 1, 3],
      [4, 1],
    ],
  })),
  { name: "div", f: (a, b) => T.div(a, b), shapes: [[2, 3], [3]], domain: positive },
  { name: "pow", f: (a, b) => T.pow(a, b), shapes: [[2, 3], [3]], domain: positive },
  {
    name: "remainder",
    f: (a, b) => T.remainder(a, b),
    shapes: [[2, 3], [3]],
    domain: (u, i) => (i === 1 ? 2 + u : 5 * u),
  },
  { name: "atan2", f: (a, b) => T.atan2(a, b), shapes: [[2, 3], [3]], domain: awayFromZero },
  { name: "clamp", f: (x) => T.clamp(x, { min: -0.5, max: 0.5 }), shapes: [[7]] },
  { name: "where", f: (a, b) => T.where(T.less(a, b), T.mul(a, a), b), shapes: [[2, 3], [3]] },
  { name: "reshape", f: (x) => T.reshape(x, [3, 2]), shapes: [[2, 3]] },
  { name: "permute", f: (x) => T.exp(T.permute(x, [2, 0, 1])), shapes: [[2, 3, 4]] },
  { name: "expand", f: (x) => T.exp(T.expand(x, [4, 2, 3])), shapes: [[2, 1]] },
  {
    name: "slice",
    f: (x) =>
      T.exp(
        T.slice(x, [
          [1, 5, 2],
          [null, null, -1],
        ]),
      ),
    shapes: [[6, 3]],
  },
  { name: "slice backwards by steps", f: (x) => T.exp(T.slice(x, [[6, 0, -3]])), shapes: [[7, 2]] },
  { name: "select", f: (x) => T.exp(T.select(x, 1, -1)), shapes: [[2, 3]] },
  {
    name: "concat",
    f: (a, b) => T.exp(T.concat([a, b], 1)),
    shapes: [
      [2, 3],
      [2, 1],
    ],
  },
  {
    name: "stack",
    f: (a, b) => T.exp(T.stack([a, b], 1)),
    shapes: [
      [2, 3],
      [2, 3],
    ],
  },
  { name: "roll", f: (x) => T.exp(T.roll(x, [1, -1], [0, 1])), shapes: [[2, 3]] },
  { name: "tile", f: (x) => T.exp(T.tile(x, [2, 1, 3])), shapes: [[2, 3]] },
  { name: "sum", f: (x) => T.exp(T.sum(x, { axis: [0, 2] })), shapes: [[2, 3, 2]] },
  { name: "mean", f: (x) => T.exp(T.mean(x, { axis: 1, keepDims: true })), shapes: [[2, 3]] },
  { name: "prod", f: (x) => T.prod(x, { axis: 1 }), shapes: [[2, 3]], domain: awayFromZero },
  { name: "amax", f: (x) => T.exp(T.amax(x, { axis: 1 })), shapes: [[2, 3]] },
  { name: "amin", f: (x) => T.exp(T.amin(x)), shapes: [[2, 3]] },
  { name: "max with indices", f: (x) => T.exp(T.max(x, { axis: 0 }).values), shapes: [[4, 3]] },
  { name: "variance", f: (x) => T.variance(x, { axis: 1 }), shapes: [[2, 4]] },
  { name: "std", f: (x) => T.std(x, { axis: 0, correction: 0 }), shapes: [[4, 2]] },
  { name: "norm", f: (x) => T.norm(x, { axis: 1 }), shapes: [[2, 4]] },
  { name: "norm p=3", f: (x) => T.norm(x, { axis: 1, p: 3 }), shapes: [[2, 4]], domain: awayFromZero },
  { name: "logsumexp", f: (x) => T.logsumexp(x, { axis: 1 }), shapes: [[2, 4]] },
  { name: "softmax", f: (x) => T.softmax(x, 0), shapes: [[3, 2]] },
  { name: "logSoftmax", f: (x) => T.logSoftmax(x), shapes: [[2, 4]] },
  {
    name: "matmul",
    f: (a, b) => T.exp(T.matmul(a, b)),
    shapes: [
      [2, 3],
      [3, 4],
    ],
  },
  {
    name: "matmul batched",
    f: (a, b) => T.exp(T.matmul(a, b)),
    shapes: [
      [2, 1, 2, 3],
      [3, 3, 2],
    ],
  },
  { name: "matmul vector", f: (a, b) => T.exp(T.matmul(a, b)), shapes: [[3], [2, 3, 2]] },
  { name: "gather", f: (x) => T.exp(T.gather(x, 1, index([0, 2, 2, 1], [2, 2]))), shapes: [[2, 3]] },
  { name: "indexSelect", f: (x) => T.exp(T.indexSelect(x, 0, index([2, 0, 2], [3]))), shapes: [[3, 2]] },
  {
    name: "scatterAdd",
    f: (x, s) => T.exp(T.scatterAdd(x, 0, index([0, 2, 2, 1, 0, 1], [3, 2]), s)),
    shapes: [
      [3, 2],
      [3, 2],
    ],
  },
];

describe("gradients against central differences in float64", () => {
  it.each(cases)("$name", ({ f, shapes, domain = (u) => u, firstOnly }) => {
    const inputs = shapes.map((shape, input) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Array.from({ length: size }, (_, i) => domain(Math.sin(2.7 * i + 1.1 + 3.3 * input) * 0.9, input));
      return { shape, data };
    });
    const result = checkGradients(f, inputs, { second: firstOnly !== true });
    expect(result, JSON.stringify(result)).toMatchObject({ worst: expect.any(Number) });
    expect(result.worst).toBeLessThan(1e-6);
  });
});
