import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Tensor } from "../src/index.ts";
import { elements, of } from "./ops-values.ts";

const int = (values: number[], shape = [values.length]): Tensor => T.tensor(values, { dtype: "int32", shape });

describe("unique", () => {
  const partsOf = async (found: T.UniqueValues): Promise<unknown[]> => [
    await found.values.toArray(),
    await found.inverse.toArray(),
    await found.counts.toArray(),
  ];

  it("elements, rising, where each is and how often it occurs", async () => {
    const found = await T.unique(of([3, 1, 3, 2, 1, 3], [2, 3]));
    expect(await partsOf(found)).toEqual([[1, 2, 3], [[2, 0, 2], [1, 0, 2]], [2, 1, 3]]); // prettier-ignore
    expect([found.values.dtype, found.inverse.dtype, found.counts.dtype]).toEqual(["float32", "int32", "int32"]);
  });

  it("special values: NaN equals nothing and comes last", async () => {
    const found = await T.unique(of([NaN, 0, Infinity, -0, -Infinity, NaN]));
    expect(await partsOf(found)).toEqual([
      [-Infinity, 0, Infinity, NaN, NaN],
      [3, 1, 2, 1, 0, 4],
      [1, 2, 1, 1, 1],
    ]);
  });

  it.each(["int32", "uint32", "uint8", "bool"] as const)("of %s", async (dtype) => {
    const { values } = await T.unique(T.tensor([1, 0, 1], { dtype }));
    expect([values.dtype, await elements(values)]).toEqual([dtype, [0, 1]]);
  });

  it("slices in lexicographic order", async () => {
    const rows = of([1, 2, 0, 5, 1, 2, 1, -1], [4, 2]);
    const byRow = await T.unique(rows, { axis: 0 });
    expect(await partsOf(byRow)).toEqual([[[0, 5], [1, -1], [1, 2]], [2, 0, 2, 1], [1, 1, 2]]); // prettier-ignore
    const byColumn = await T.unique(T.transpose(rows), { axis: -1 });
    expect(await byColumn.values.toArray()).toEqual([[0, 1, 1], [5, -1, 2]]); // prettier-ignore
    const inside = await T.unique(of([1, 2, 1, 3, 4, 3, 3, 4, 3, 0, 0, 0], [2, 3, 2]), { axis: 1 });
    expect(inside.values.shape).toEqual([2, 3, 2]);
    const withNaN = await T.unique(of([NaN, 1, 2, NaN, NaN, 1], [3, 2]), { axis: 0 });
    expect(await partsOf(withNaN)).toEqual([[[2, NaN], [NaN, 1], [NaN, 1]], [1, 0, 2], [1, 1, 1]]); // prettier-ignore
  });

  it("of scalars and of nothing", async () => {
    expect(await partsOf(await T.unique(T.tensor(4)))).toEqual([[4], 0, [1]]);
    expect(await partsOf(await T.unique(T.zeros([0])))).toEqual([[], [], []]);
    expect((await T.unique(T.zeros([0, 2]), { axis: 0 })).values.shape).toEqual([0, 2]);
    const alike = await T.unique(T.zeros([3, 0]), { axis: 0 });
    expect([alike.values.shape, await elements(alike.counts)]).toEqual([[1, 0], [3]]);
  });
});

describe("nonzero and countNonzero", () => {
  it("indices in row-major order", async () => {
    const x = of([0, 2, NaN, 0, 0, -1], [2, 3]);
    const found = await T.nonzero(x);
    expect([found.dtype, await found.toArray()]).toEqual(["int32", [[0, 1], [0, 2], [1, 2]]]); // prettier-ignore
    expect(await elements(T.countNonzero(x, { axis: 1 }))).toEqual([2, 1]);
    expect(await (await T.nonzero(T.tensor([false, true]))).toArray()).toEqual([[1]]);
    const deep = await T.nonzero(T.equal(T.reshape(T.arange(24), [2, 3, 4]), 17));
    expect(await deep.toArray()).toEqual([[1, 1, 1]]);
  });

  it("of scalars and of nothing", async () => {
    expect((await T.nonzero(T.tensor(3))).shape).toEqual([1, 0]);
    expect((await T.nonzero(T.tensor(0))).shape).toEqual([0, 0]);
    expect((await T.nonzero(T.zeros([2, 0]))).shape).toEqual([0, 2]);
  });
});

describe("maskedSelect", () => {
  const x = of([1, 2, 3, 4, 5, 6], [2, 3]);

  it.each([
    { name: "of its shape", mask: T.tensor([true, false, false, false, true, true], { shape: [2, 3] }), want: [1, 5, 6] },
    { name: "for each row", mask: T.tensor([false, true, true]), want: [2, 3, 5, 6] },
    { name: "for each column", mask: T.tensor([[false], [true]]), want: [4, 5, 6] },
    { name: "of more axes", mask: T.tensor([[[true]], [[false]]]), want: [1, 2, 3, 4, 5, 6] },
    { name: "of numbers", mask: int([0, 7, 0]), want: [2, 5] },
    { name: "of nothing", mask: T.tensor(false), want: [] },
  ])("by a mask $name", async ({ mask, want }) => {
    expect(await elements(await T.maskedSelect(x, mask))).toEqual(want);
  }); // prettier-ignore

  it("of scalars, integers and variables", async () => {
    expect(await elements(await T.maskedSelect(3, T.tensor([true, false, true])))).toEqual([3, 3]);
    expect((await T.maskedSelect(int([1, 2]), true)).dtype).toBe("int32");
    const variable = new T.Variable(of([1, 2]), { name: "masked" });
    const taken = T.maskedSelect(variable, of([0, 1]));
    variable.assign(of([5, 6]));
    expect(await elements(await taken)).toEqual([2]);
  });
});

describe("bincount", () => {
  it("counts, or adds weights", async () => {
    const x = int([1, 4, 1, 0]);
    const counts = await T.bincount(x);
    expect([counts.dtype, await elements(counts)]).toEqual(["int32", [1, 2, 0, 0, 1]]);
    expect(await elements(await T.bincount(x, { minLength: 7 }))).toEqual([1, 2, 0, 0, 1, 0, 0]);
    expect(await elements(await T.bincount(x, { minLength: 2 }))).toEqual([1, 2, 0, 0, 1]);
    const sums = await T.bincount(x, { weights: of([0.5, 2, 0.25, -1]) });
    expect([sums.dtype, await elements(sums)]).toEqual(["float32", [-1, 0.75, 0, 0, 2]]);
    const flags = await T.bincount(x, { weights: T.tensor([true, true, true, false]) });
    expect([flags.dtype, await elements(flags)]).toEqual(["int32", [0, 2, 0, 0, 1]]);
  });

  it("of other integers and of nothing", async () => {
    for (const dtype of ["uint8", "uint32"] as const) {
      expect(await elements(await T.bincount(T.tensor([2, 2], { dtype })))).toEqual([0, 0, 2]);
    }
    expect(await elements(await T.bincount(int([])))).toEqual([]);
    expect(await elements(await T.bincount(int([]), { minLength: 2 }))).toEqual([0, 0]);
  });

  it("refuses numbers below 0", async () => {
    await expect(T.bincount(int([1, -2]))).rejects.toThrow(/bincount: -2 is below 0/);
  });
});

describe("errors", () => {
  const vector = int([1, 2]);

  it.each([
    { f: () => T.bincount(of([1])), message: /bincount: the elements must be integers, not float32; cast them to int32/ },
    { f: () => T.bincount(T.tensor([true])), message: /bincount: the elements must be integers, not bool/ },
    { f: () => T.bincount(int([1, 2], [1, 2])), message: /bincount: \[1, 2\] must be a vector/ },
    { f: () => T.bincount(vector, { minLength: -1 }), message: /bincount: minLength -1 must be an integer of at least 0/ },
    { f: () => T.bincount(vector, { weights: of([1]) }), message: /bincount: weights \[1\] must have the shape \[2\]/ },
    { f: () => T.unique(vector, { axis: 1 }), message: /unique: axis 1 is not one of the 1 axes/ },
    { f: () => T.maskedSelect(vector, of([1, 0, 1])), message: /maskedSelect: shapes \[2\] and \[3\] do not broadcast/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore

  it.each([
    ["unique", (x: Tensor) => T.unique(x)],
    ["nonzero", (x: Tensor) => T.nonzero(x)],
    ["maskedSelect", (x: Tensor) => T.maskedSelect(x, x)],
    ["bincount", (x: Tensor) => T.bincount(x)],
  ] as const)("%s cannot be compiled", async (name, f) => {
    const compiled = T.compile((x: Tensor) => {
      void f(x);
      return x;
    });
    const message = `compile: ${name} was called inside a compiled function; the shape of what it gives depends on values`;
    await expect(async () => compiled(vector)).rejects.toThrow(message);
  });
});
