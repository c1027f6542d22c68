import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import { elements, irregular, of } from "./ops-values.ts";

const int = (values: number[]): T.Tensor => T.tensor(values, { dtype: "int32" });

describe("sums without NaN, and moments in pairs", () => {
  const x = of([1, NaN, 3, NaN, NaN, NaN], [2, 3]);

  it("nansum and nanmean", async () => {
    expect(await elements(T.nansum(x))).toEqual([4]);
    expect(await elements(T.nansum(x, { axis: 1 }))).toEqual([4, 0]);
    expect(await elements(T.nanmean(x, { axis: 1, keepDims: true }))).toEqual([2, NaN]);
    expect(T.nanmean(x, { axis: 1, keepDims: true }).shape).toEqual([2, 1]);
    expect(await elements(T.nansum(of([Infinity, NaN])))).toEqual([Infinity]);
    expect(await elements(T.nansum(T.zeros([0])))).toEqual([0]);
    expect(await elements(T.nanmean(T.zeros([0])))).toEqual([NaN]);
    expect(T.nansum(int([1, 2])).dtype).toBe("int32");
    expect(await elements(T.nanmean(int([1, 2])))).toEqual([1.5]);
    expect(await elements(T.nansum(T.tensor([true, true])))).toEqual([2]);
    expect(await elements(T.nansum(T.tensor(NaN)))).toEqual([0]);
  });

  it("varMean and stdMean are the single ones", async () => {
    const y = irregular([3, 4]);
    const options = { axis: 0, correction: 0, keepDims: true };
    const [pair, roots] = [T.varMean(y, options), T.stdMean(y, options)];
    for (const [got, want] of [
      [pair.variance, T.variance(y, options)],
      [pair.mean, T.mean(y, options)],
      [roots.std, T.std(y, options)],
      [roots.mean, T.mean(y, options)],
    ]) {
      expect(got.shape).toEqual([1, 4]);
      expect(await elements(got)).toEqual(await elements(want));
    }
  });
});

describe("running sums", () => {
  it("cumsum casts first", async () => {
    const sums = T.cumsum(of([1.9, 1.9, -1.9]), 0, { dtype: "int32" });
    expect(sums.dtype).toBe("int32");
    expect(await elements(sums)).toEqual([1, 2, 1]);
    expect(await elements(T.cumsum(int([3, 4]), 0, { dtype: "float32" }))).toEqual([3, 7]);
    expect(T.cumsum(int([3, 4]), 0).dtype).toBe("int32");
    expect(await elements(of([1.5, 2]).cumsum(0, { dtype: "int32" }))).toEqual([1, 3]);
  });

  it.each([1, 2, 31, 32, 33, 70, 1100])("logcumsumexp of %i elements far apart", async (n) => {
    const data = Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * i) * 200));
    for (const [shape, axis] of [
      [[n], 0],
      [[n, 1], -2],
      [[1, 1, n], 2],
    ] as const) {
      const got = await elements(T.logcumsumexp(of(data, shape), axis));
      let [highest, total] = [-Infinity, 0];
      data.forEach((x, i) => {
        const next = Math.max(highest, x);
        total = total * Math.exp(highest - next) + Math.exp(x - next);
        highest = next;
        const want = highest + Math.log(total);
        expect(Math.abs(got[i] - want), `at ${i}`).toBeLessThan(5e-7 * Math.max(1, Math.abs(want)));
      });
    }
  });

  it("logcumsumexp of infinities, NaN, integers and nothing", async () => {
    const low = -Infinity;
    expect(await elements(T.logcumsumexp(of([low, low, 1, low]), 0))).toEqual([low, low, 1, 1]);
    const long = [...new Array<number>(40).fill(low), 2, Infinity, 0, NaN, 1, ...new Array<number>(40).fill(0)];
    const got = await elements(T.logcumsumexp(of(long), 0));
    expect(got.slice(38, 46)).toEqual([low, low, 2, Infinity, Infinity, NaN, NaN, NaN]);
    expect(got.at(-1)).toBe(NaN);
    expect(T.logcumsumexp(int([0, 0]), 0).dtype).toBe("float32");
    expect(await elements(T.logcumsumexp(T.tensor(3), 0))).toEqual([3]);
    expect(await elements(T.logcumsumexp(T.zeros([2, 0]), 1))).toEqual([]);
  });
});

describe("histc", () => {
  it.each<{ data: number[]; options: T.HistcOptions; want: number[] }>([
    { data: [-3, -2, -1.1, 0, 1.9, 2, 2.1], options: { bins: 4, min: -2, max: 2 }, want: [2, 0, 1, 2] },
    { data: [1, 2, 3, 4], options: { bins: 3 }, want: [1, 1, 2] },
    { data: [1, 1, 1], options: { bins: 4 }, want: [0, 0, 3, 0] },
    { data: [NaN, Infinity, -Infinity, 0, 1], options: { bins: 2 }, want: [1, 1] },
    { data: [NaN, Infinity], options: { bins: 2 }, want: [0, 0] },
    { data: [-3e38, 0, 3e38], options: { bins: 2 }, want: [1, 2] },
    { data: [-3e38, -1e37, 1e37, 3e38], options: { bins: 2, min: -3.2e38, max: 3.2e38 }, want: [2, 2] },
    { data: [], options: { bins: 3 }, want: [0, 0, 0] },
    { data: [0.5], options: { bins: 1, min: 0, max: 1 }, want: [1] },
  ])("of $data with $options", async ({ data, options, want }) => {
    const counts = T.histc(of(data), options);
    expect(counts.dtype).toBe("float32");
    expect(await elements(counts)).toEqual(want);
  });

  it("of integers, scalars and matrices, with 100 bins by default", async () => {
    expect(await elements(T.histc(int([1, 2, 2]), { bins: 2 }))).toEqual([1, 2]);
    expect(await elements(T.histc(T.tensor(1), { bins: 2, min: 0, max: 2 }))).toEqual([0, 1]);
    expect(T.histc(irregular([3, 4])).shape).toEqual([100]);
    expect(await elements(T.sum(T.histc(irregular([3, 4]))))).toEqual([12]);
  });
});

describe("searchsorted and bucketize", () => {
  const sequence = [1, 3, 3, 5, 5, 5, 9];
  const values = [0, 1, 2, 3, 4, 5, 6, 9, 10, NaN, Infinity, -Infinity];
  const count = (of: readonly number[], isBehind: (x: number) => boolean): number => of.filter(isBehind).length;

  it.each([1, 2, 3, 4, 5, 6, 7])("in %i elements", async (n) => {
    const sorted = sequence.slice(0, n);
    const left = values.map((v) => (Number.isNaN(v) ? n : count(sorted, (x) => x < v)));
    const right = values.map((v) => (Number.isNaN(v) ? n : count(sorted, (x) => x <= v)));
    const found = T.searchsorted(of(sorted), of(values, [3, 4]));
    expect([found.dtype, found.shape]).toEqual(["int32", [3, 4]]);
    expect(await elements(found)).toEqual(left);
    expect(await elements(T.searchsorted(of(sorted), of(values), { right: true }))).toEqual(right);
    expect(await elements(T.bucketize(of(values), of(sorted)))).toEqual(left);
    expect(await elements(T.bucketize(of(values), of(sorted), { right: true }))).toEqual(right);
  });

  it("takes NaN for the largest number", async () => {
    const sorted = of([1, 2, NaN, NaN]);
    expect(await elements(T.searchsorted(sorted, of([5, NaN])))).toEqual([2, 2]);
    expect(await elements(T.searchsorted(sorted, of([5, NaN]), { right: true }))).toEqual([2, 4]);
  });

  it("finds each row in a sequence of its own", async () => {
    const rows = of([1, 2, 3, 10, 20, 30], [2, 1, 3]);
    const found = T.searchsorted(rows, of([2, 2.5, 20, 100], [2, 1, 2]));
    expect(found.shape).toEqual([2, 1, 2]);
    expect(await elements(found)).toEqual([1, 2, 1, 3]);
  });

  it("in integers, with numbers, with nothing", async () => {
    expect(await elements(T.searchsorted(int([1, 4, 7]), int([4, 5])))).toEqual([1, 2]);
    expect(await elements(T.searchsorted(int([1, 4, 7]), of([3.5])))).toEqual([1]);
    const single = T.bucketize(3, of([1, 2, 4]));
    expect([single.shape, await single.item()]).toEqual([[], 2]);
    expect(await elements(T.searchsorted(T.zeros([0]), of([1, 2])))).toEqual([0, 0]);
    expect(T.searchsorted(T.zeros([2, 3]), T.zeros([2, 0])).shape).toEqual([2, 0]);
    expect(T.searchsorted(T.zeros([0, 3]), T.zeros([0, 2])).shape).toEqual([0, 2]);
  });
});

describe("errors", () => {
  const some = of([1, 2]);

  it.each([
    { f: () => T.histc(some, { bins: 0 }), message: /histc: bins 0 must be an integer of at least 1/ },
    { f: () => T.histc(some, { bins: 2.5 }), message: /histc: bins 2.5/ },
    { f: () => T.histc(some, { min: 1 }), message: /histc: give both of min and max, or neither/ },
    { f: () => T.histc(some, { min: 1, max: 1 }), message: /histc: min 1 must lie below max 1/ },
    { f: () => T.histc(some, { min: 0, max: Infinity }), message: /histc: min 0 must lie below max Infinity, and both be finite/ },
    { f: () => T.searchsorted(T.tensor(1), some), message: /searchsorted: \[\] must be one sequence, or one for each row of \[2\]/ },
    { f: () => T.searchsorted(T.zeros([2, 3]), T.zeros([3, 2])), message: /searchsorted: \[2, 3\] must be one sequence/ },
    { f: () => T.searchsorted(T.zeros([2, 3]), T.zeros([2])), message: /searchsorted: \[2, 3\]/ },
    { f: () => T.bucketize(some, T.zeros([1, 2])), message: /bucketize: the boundaries must be a vector, not \[1, 2\]/ },
    { f: () => T.logcumsumexp(some, 1), message: /logcumsumexp: axis 1 is not one of the 1 axes/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore
});
