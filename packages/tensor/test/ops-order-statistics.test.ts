import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { QuantileOptions } from "../src/index.ts";
import { elements, irregular, of } from "./ops-values.ts";

const int = (values: number[]): T.Tensor => T.tensor(values, { dtype: "int32" });

describe("median", () => {
  const x = of([3, 1, 2, 40, 20, 30, 10, 50], [2, 4]);

  it("is the lower one of the two in the middle", async () => {
    expect(await elements(T.median(x))).toEqual([10]);
    expect(T.median(x).shape).toEqual([]);
    const { values, indices } = T.median(x, { axis: 1 });
    expect(await elements(values)).toEqual([2, 20]);
    expect(await elements(indices)).toEqual([2, 0]);
    expect(indices.dtype).toBe("int32");
    expect(T.median(x, { axis: -2, keepDims: true }).values.shape).toEqual([1, 4]);
    expect(await elements(T.median(x, { axis: 0 }).values)).toEqual([3, 1, 2, 40]);
  });

  it.each([
    { data: [Infinity, Infinity], want: Infinity },
    { data: [-Infinity, Infinity], want: -Infinity },
    { data: [-Infinity, 0, Infinity], want: 0 },
    { data: [7], want: 7 },
    { data: [2, 2, 2, 1], want: 2 },
    { data: [1, NaN, 0], want: NaN },
    { data: [NaN, Infinity], want: NaN },
  ])("of $data", async ({ data, want }) => {
    expect(await elements(T.median(of(data)))).toEqual([want]);
    const { values, indices } = T.median(of(data), { axis: 0 });
    expect(await elements(values)).toEqual([want]);
    expect(data[await indices.item()]).toBe(want);
  });

  it("nanmedian leaves NaN out", async () => {
    const y = of([NaN, 4, 1, NaN, 3, NaN, NaN, NaN], [2, 4]);
    const { values, indices } = T.nanmedian(y, { axis: 1, keepDims: true });
    expect(await elements(values)).toEqual([1, 3]);
    expect(await elements(indices)).toEqual([2, 0]);
    expect(await elements(T.nanmedian(y))).toEqual([3]);
    expect(await elements(T.nanmedian(of([NaN, NaN])))).toEqual([NaN]);
  });

  it("of integers, booleans and scalars", async () => {
    for (const dtype of ["int32", "uint32", "uint8"] as const) {
      const median = T.median(T.tensor([5, 200, 7, 9], { dtype }));
      expect(median.dtype).toBe(dtype);
      expect(await elements(median)).toEqual([7]);
    }
    expect(await elements(T.median(T.tensor([true, false, true])))).toEqual([1]);
    expect(await elements(T.median(T.tensor(4)))).toEqual([4]);
    const { values, indices } = T.median(T.tensor(4), { axis: -1, keepDims: true });
    expect([values.shape, indices.shape, await values.item(), await indices.item()]).toEqual([[], [], 4, 0]);
  });

  it("of lines that there are none of", async () => {
    const { values, indices } = T.median(T.zeros([0, 3]), { axis: 1 });
    expect([values.shape, indices.shape]).toEqual([[0], [0]]);
    expect(await elements(values)).toEqual([]);
  });
});

describe("quantile", () => {
  /** By the definition, in double precision. */
  function exact(data: readonly number[], q: number, interpolation = "linear"): number {
    const sorted = [...data].sort((a, b) => a - b);
    const position = q * (data.length - 1);
    const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
    const part = position - Math.floor(position);
    const even = Math.floor(position) % 2 === 0 ? below : above;
    switch (interpolation) {
      case "lower":
        return below;
      case "higher":
        return above;
      case "midpoint":
        return (below + above) / 2;
      case "nearest":
        return part === 0.5 ? even : part < 0.5 ? below : above;
      default:
        return below + part * (above - below);
    }
  }

  it.each(["linear", "lower", "higher", "midpoint", "nearest"] as const)("%s", async (interpolation) => {
    const data = await elements(irregular([2, 7]));
    const rows = [data.slice(0, 7), data.slice(7)];
    const shares = [0, 1 / 12, 0.25, 0.3, 0.5, 0.75, 0.9, 1];
    const x = of(data, [2, 7]);
    const many = await elements(T.quantile(x, shares, { axis: 1, interpolation }));
    const want = shares.flatMap((q) => rows.map((row) => exact(row, q, interpolation)));
    want.forEach((value, i) => expect(many[i]).toBeCloseTo(value, 6));
    for (const [i, q] of shares.entries()) {
      const both = many.slice(2 * i, 2 * i + 2);
      expect(await elements(T.quantile(x, q, { axis: -1, interpolation }))).toEqual(both);
      const got = await elements(T.nanquantile(x, q, { axis: 1, interpolation }));
      got.forEach((value, row) => expect(value).toBeCloseTo(both[row], 6));
    }
  });

  it("of a position that only rounding keeps from a whole number", async () => {
    const x = T.arange(101); // 0.29 · 100 is 28.999999999999996 in double precision
    expect(await elements(T.quantile(x, [0.29, 0.57], { interpolation: "lower" }))).toEqual([29, 57]);
    expect(await elements(T.quantile(x, 0.29, { interpolation: "higher" }))).toEqual([29]);
  });

  it.each([
    { data: [Infinity, Infinity], q: 0.5, want: Infinity },
    { data: [-Infinity, -Infinity, 1], q: 0.25, want: -Infinity },
    { data: [-Infinity, 3], q: 0.25, want: -Infinity },
    { data: [3, Infinity], q: 0.75, want: Infinity },
    { data: [3, Infinity], q: 0, want: 3 },
    { data: [-Infinity, 3], q: 1, want: 3 },
    { data: [-Infinity, Infinity], q: 0.5, want: NaN },
    { data: [-3e38, 3e38], q: 0.5, want: 0 },
    { data: [2e38, 3e38], q: 0.5, want: 2.5e38 },
    { data: [1, NaN, 3], q: 0, want: NaN },
    { data: [NaN, Infinity], q: 0.5, want: NaN },
    { data: [5], q: 0.3, want: 5 },
  ])("$q of $data", async ({ data, q, want }) => {
    const [got] = await elements(T.quantile(of(data), q));
    if (Number.isFinite(want)) expect(Math.abs(got - want)).toBeLessThanOrEqual(Math.abs(want) * 1e-7);
    else expect(got).toBe(want);
  });

  it("nanquantile leaves NaN out, line by line", async () => {
    const x = of([4, NaN, 2, 8, NaN, NaN, 1, 3, NaN, NaN, NaN, NaN], [3, 4]);
    const got = T.nanquantile(x, [0.5, 1], { axis: 1 });
    expect(got.shape).toEqual([2, 3]);
    expect(await elements(got)).toEqual([4, 2, NaN, 8, 3, NaN]);
    expect(await elements(T.nanquantile(x, 0.5))).toEqual([3]);
  });

  it.each([
    { q: 0.5, options: {}, want: [] },
    { q: 0.5, options: { keepDims: true }, want: [1, 1, 1] },
    { q: [0.5, 1], options: {}, want: [2] },
    { q: [0.5], options: { axis: 1 }, want: [1, 2, 4] },
    { q: [0.5, 0, 1], options: { axis: 1, keepDims: true }, want: [3, 2, 1, 4] },
    { q: [], options: { axis: 0 }, want: [0, 3, 4] },
  ])("shape for $q and $options", async ({ q, options, want }) => {
    const got = T.quantile(irregular([2, 3, 4]), q, options);
    expect(got.shape).toEqual(want);
    expect((await elements(got)).length).toBe(got.size);
  });

  it("of integers, scalars and lines that there are none of", async () => {
    expect(await elements(T.quantile(int([1, 2]), 0.5))).toEqual([1.5]);
    expect(await elements(T.quantile(T.tensor(3), [0, 0.5], { axis: 0, keepDims: true }))).toEqual([3, 3]);
    expect(T.quantile(T.zeros([0, 3]), [0.5, 1], { axis: 1 }).shape).toEqual([2, 0]);
  });
});

describe("mode", () => {
  it("is the most frequent, of several the smallest, with the index of its last", async () => {
    const x = of([2, 2, 1, 1, 3, 3, 1, 3, 3, 2, 5, 4, 3, 2, 1], [3, 5]);
    const { values, indices } = T.mode(x);
    expect(await elements(values)).toEqual([1, 3, 1]);
    expect(await elements(indices)).toEqual([3, 3, 4]);
    expect(await elements(T.mode(x, { axis: 0, keepDims: true }).values)).toEqual([2, 1, 3, 1, 1]);
    expect(T.mode(x, { axis: 0, keepDims: true }).indices.shape).toEqual([1, 5]);
  });

  it("of special values, integers, booleans and scalars", async () => {
    expect(await elements(T.mode(of([NaN, NaN, NaN, 4, 4])).values)).toEqual([4]);
    expect(await elements(T.mode(of([NaN])).values)).toEqual([NaN]);
    expect(await elements(T.mode(of([Infinity, -Infinity, Infinity, 0, 1])).values)).toEqual([Infinity]);
    expect(await elements(T.mode(int([7, -7, 7])).values)).toEqual([7]);
    expect(await elements(T.mode(T.tensor([true, false])).values)).toEqual([0]);
    expect((await T.mode(T.tensor(4)).values.data())[0]).toBe(4);
    expect(T.mode(T.zeros([0, 2])).values.shape).toEqual([0]);
  });
});

describe("errors", () => {
  const some = of([1, 2]);
  const asUnknown = (value: string): QuantileOptions["interpolation"] => value as QuantileOptions["interpolation"];

  it.each([
    { f: () => T.median(T.zeros([0], { dtype: "int32" })), message: /median: an axis of extent 0 has none \(shape \[0\]\)/ },
    { f: () => T.median(T.zeros([2, 0]), { axis: 1 }), message: /median: an axis of extent 0 has none \(shape \[2, 0\]\)/ },
    { f: () => T.nanmedian(some, { axis: 1 }), message: /nanmedian: axis 1 is not one of the 1 axes/ },
    { f: () => T.mode(T.zeros([2, 0])), message: /mode: an axis of extent 0 has none/ },
    { f: () => T.quantile(some, 1.5), message: /quantile: q 1.5 must lie in \[0, 1\]/ },
    { f: () => T.nanquantile(some, [0.5, NaN]), message: /nanquantile: q NaN must lie in \[0, 1\]/ },
    { f: () => T.quantile(T.zeros([2, 0]), 0.5, { axis: 1 }), message: /quantile: an axis of extent 0 has none \(shape \[2, 0\]\)/ },
    { f: () => T.quantile(T.tensor(1), 0.5, { axis: 1 }), message: /quantile: axis 1 is not one of/ },
    {
      f: () => T.quantile(some, 0.5, { interpolation: asUnknown("cubic") }),
      message: /quantile: there is no interpolation cubic; there are linear, lower, higher, midpoint, nearest/,
    },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore
});
