import { describe, expect, it } from "vitest";
import * as T from "@minima/tensor";
import type { ScatterReduction, Tensor } from "@minima/tensor";
import { checkGradients } from "../src/index.ts";

const index = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  T.tensor(Int32Array.from(values), { shape });
/** Some of it may lie outside, which is refused in host data. */
const computed = (values: readonly number[], shape?: readonly number[]): Tensor => T.add(index(values, shape), 0);

interface Case {
  readonly name: string;
  readonly f: (...inputs: Tensor[]) => Tensor;
  readonly shapes: readonly (readonly number[])[];
}

const reductions: readonly ScatterReduction[] = ["sum", "mean", "prod", "amax", "amin"];
const ways = reductions.flatMap((reduce) => [true, false].map((includeSelf) => ({ reduce, includeSelf })));
const rows = index([1, 0, 1, 3, 2, 1, 1, 0, 1, 1], [5, 2]);

const cases: readonly Case[] = [
  ...ways.flatMap((way): Case[] => [
    {
      name: `scatterReduce ${JSON.stringify(way)}`,
      f: (x, s) => T.exp(T.scatterReduce(x, 0, rows, s, way)),
      shapes: [[4, 2], [5, 2]], // prettier-ignore
    },
    {
      name: `scatterReduce ${JSON.stringify(way)} of a part, some of it outside`,
      f: (x, s) => T.exp(T.scatterReduce(x, 1, computed([0, -1, 1, 0, 2, 0, 0, 3], [2, 4]), s, way)),
      shapes: [[3, 2], [2, 5]], // prettier-ignore
    },
  ]),
  {
    name: "takeAlongDim",
    f: (x) => T.exp(T.takeAlongDim(x, index([2, 0, 2, 1], [1, 4]), 1)),
    shapes: [[2, 3]],
  },
  {
    name: "takeAlongDim of what broadcasts",
    f: (x) => T.exp(T.takeAlongDim(x, index([2, 0, 2, 1], [4, 1]), 1)),
    shapes: [[1, 3]],
  },
  {
    name: "indexPut",
    f: (x, values) => T.exp(T.indexPut(x, [index([1, 0]), index([2, 0])], values)),
    shapes: [[2, 3], [2]],
  },
  {
    name: "indexPut that adds, some of it outside",
    f: (x, values) => T.exp(T.indexPut(x, [computed([1, 1, 0, 5])], values, { accumulate: true })),
    shapes: [[2, 3], [4, 1]], // prettier-ignore
  },
  { name: "dot", f: (a, b) => T.exp(T.dot(a, b)), shapes: [[4], [4]] },
  { name: "mv", f: (a, b) => T.exp(T.mv(a, b)), shapes: [[2, 3], [3]] },
  {
    name: "multiDot",
    f: (a, b, c) => T.exp(T.multiDot([a, b, c])),
    shapes: [[3], [3, 4], [4, 2]], // prettier-ignore
  },
  { name: "matrixPower", f: (x) => T.exp(T.matrixPower(x, 5)), shapes: [[2, 2, 2]] },
];

describe("gradients against central differences in float64, first and second derivatives", () => {
  it.each(cases)("$name", ({ f, shapes }) => {
    const inputs = shapes.map((shape, input) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return { shape, data: Array.from({ length: size }, (_, i) => 0.9 * Math.sin(2.7 * i + 1.1 + 3.3 * input)) };
    });
    const result = checkGradients(f, inputs, { second: true });
    expect(result.worst, JSON.stringify(result)).toBeLessThan(1e-6);
  });

  it("of products with zeros", () => {
    for (const includeSelf of [true, false]) {
      const f = (x: Tensor, s: Tensor): Tensor =>
        T.exp(T.scatterReduce(x, 0, index([0, 0, 0, 1, 1, 2]), s, { reduce: "prod", includeSelf }));
      const inputs = [
        { data: [2, 0, 0, 5], shape: [4] },
        { data: [0.5, 0, 0.25, 0, 0, 3], shape: [6] },
      ];
      expect(checkGradients(f, inputs, { second: true }).worst).toBeLessThan(1e-6);
    }
  });
});

describe("equal extremes share the gradient", () => {
  const source = [4, 4, 1, 7, 7, 9];
  const places = computed([0, 0, 0, 1, 1, -1]);
  it.each([
    { reduce: "amax", includeSelf: true, x: [4, 8, NaN], bySelf: [1, 3, 5], bySource: [1, 1, 0, 0, 0, 0] },
    { reduce: "amax", includeSelf: false, x: [4, 8, 0], bySelf: [0, 0, 5], bySource: [1.5, 1.5, 0, 1.5, 1.5, 0] },
    { reduce: "amin", includeSelf: true, x: [1, 7, 2], bySelf: [1.5, 1, 5], bySource: [0, 0, 1.5, 1, 1, 0] },
    { reduce: "amin", includeSelf: true, x: [NaN, 6, 2], bySelf: [0, 3, 5], bySource: [0, 0, 0, 0, 0, 0] },
  ] as const)("$reduce, with self: $includeSelf", async ({ reduce, includeSelf, x, bySelf, bySource }) => {
    const backend = T.reference();
    const self = T.tensor([...x], { requiresGrad: true, backend });
    const added = T.tensor(source, { requiresGrad: true, backend });
    T.scatterReduce(self, 0, places, added, { reduce, includeSelf }).backward(T.tensor([3, 3, 5]));
    expect(Array.from((await self.grad?.data()) ?? [])).toEqual(bySelf);
    expect(Array.from((await added.grad?.data()) ?? [])).toEqual(bySource);
  });
});
