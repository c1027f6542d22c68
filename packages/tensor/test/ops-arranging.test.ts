import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { GridOptions, Tensor } from "../src/index.ts";
import { at, elements, indicesOf, irregular, of } from "./ops-values.ts";

describe("kron", () => {
  it.each([
    { a: [2, 3], b: [3, 2] },
    { a: [3], b: [2] },
    { a: [2], b: [3, 2] },
    { a: [2, 1, 2], b: [3] },
    { a: [], b: [2, 2] },
    { a: [], b: [] },
    { a: [0, 2], b: [2, 2] },
  ])("$a with $b", async ({ a, b }) => {
    const [x, y] = [irregular(a, 1), irregular(b, 2)];
    const [p, q] = [await elements(x), await elements(y)];
    const got = T.kron(x, y);
    const rank = Math.max(a.length, b.length);
    const [outer, inner] = [a, b].map((shape) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
    expect(got.shape).toEqual(outer.map((extent, axis) => extent * inner[axis]));
    const want = indicesOf(got.shape).map((index) => {
      const quotients = index.map((i, axis) => Math.floor(i / inner[axis]));
      const rests = index.map((i, axis) => i % inner[axis]);
      return Math.fround(p[at(outer, quotients)] * q[at(inner, rests)]);
    });
    expect(await elements(got)).toEqual(want);
  });

  it("of integers stays integers", async () => {
    const got = T.kron(T.tensor([1, 2], { dtype: "int32" }), T.tensor([3, 4], { dtype: "int32" }));
    expect([got.dtype, await elements(got)]).toEqual(["int32", [3, 4, 6, 8]]);
  });
});

describe("rot90", () => {
  const x = of([0, 1, 2, 3, 4, 5], [2, 3]);

  it.each([
    { k: 0, want: [[0, 1, 2], [3, 4, 5]] },
    { k: 1, want: [[2, 5], [1, 4], [0, 3]] },
    { k: 2, want: [[5, 4, 3], [2, 1, 0]] },
    { k: 3, want: [[3, 0], [4, 1], [5, 2]] },
    { k: -1, want: [[3, 0], [4, 1], [5, 2]] },
    { k: -6, want: [[5, 4, 3], [2, 1, 0]] },
    { k: 5, want: [[2, 5], [1, 4], [0, 3]] },
  ])("by $k", async ({ k, want }) => {
    expect(await T.rot90(x, k).toArray()).toEqual(want);
  }); // prettier-ignore

  it("in the plane of any two axes", async () => {
    expect(await T.rot90(x, 1, [1, 0]).toArray()).toEqual(await T.rot90(x, -1).toArray());
    const y = irregular([2, 3, 4]);
    const turned = T.rot90(y, 1, [-1, 0]);
    expect(turned.shape).toEqual([4, 3, 2]);
    expect(await turned.at(3, 1, 0)).toBe(await y.at(1, 1, 3));
    expect(await turned.at(0, 2, 1)).toBe(await y.at(0, 2, 0));
    expect(T.rot90(T.zeros([0, 2])).shape).toEqual([2, 0]);
  });
});

describe("what is made of numbers alone", () => {
  it("logspace", async () => {
    expect(await elements(T.logspace(0, 3, 4))).toEqual([1, 10, 100, 1000]);
    expect(await elements(T.logspace(3, -3, 3, { base: 2 }))).toEqual([8, 1, 0.125]);
    expect(await elements(T.logspace(1, 5, 1))).toEqual([10]);
    expect(await elements(T.logspace(1, 5, 0))).toEqual([]);
    expect((await elements(T.logspace(0, 0.1, 8))).at(-1)).toBe(Math.fround(10 ** 0.1));
  });

  it.each([
    [3, 4, 0],
    [3, 3, -1],
    [3, 3, 2],
    [4, 2, 1],
    [2, 3, -5],
    [2, 3, 5],
    [0, 3, 0],
  ])(
    "trilIndices and triuIndices are where tril and triu keep elements: %i × %i, %i",
    async (rows, columns, diagonal) => {
      for (const [indices, keep] of [
        [T.trilIndices, T.tril],
        [T.triuIndices, T.triu],
      ] as const) {
        const got = indices(rows, columns, diagonal);
        const mask = await elements(keep(T.ones([rows, columns]), diagonal));
        const kept = indicesOf([rows, columns]).filter((_, i) => mask[i] !== 0);
        expect([got.dtype, got.shape]).toEqual(["int32", [2, kept.length]]);
        expect(await elements(got)).toEqual([...kept.map(([row]) => row), ...kept.map(([, column]) => column)]);
      }
    },
  );
});

describe("errors", () => {
  const matrix: Tensor = T.zeros([2, 3]);
  const unknown = "yx" as GridOptions["indexing"];

  it.each([
    { f: () => T.rot90(matrix, 0.5), message: /rot90: k 0.5 must be an integer/ },
    { f: () => T.rot90(matrix, 1, [0, -2]), message: /rot90: axes \[0, -2\] must be two different axes of \[2, 3\]/ },
    { f: () => T.rot90(matrix, 1, [0, 2]), message: /rot90: axis 2 is not one of the 2 axes/ },
    { f: () => T.rot90(of([1])), message: /rot90: axis 1 is not one of the 1 axes/ },
    { f: () => T.meshgrid([of([1])], { indexing: unknown }), message: /meshgrid: indexing yx must be "ij" or "xy"/ },
    { f: () => T.logspace(0, 1, 2.5), message: /logspace: count 2.5 must be an integer of at least 0/ },
    { f: () => T.logspace(0, NaN, 2), message: /logspace: \(0, NaN\) and base 10 must be finite/ },
    { f: () => T.logspace(0, 1, 2, { base: Infinity }), message: /logspace: .* base Infinity must be finite/ },
    { f: () => T.trilIndices(-1, 2), message: /trilIndices: shape \[-1, 2\] must hold integers of at least 0/ },
    { f: () => T.triuIndices(2, 2, 0.5), message: /triuIndices: diagonal 0.5 must be an integer/ },
    { f: () => T.tril(matrix, NaN), message: /tril: diagonal NaN must be an integer/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});
