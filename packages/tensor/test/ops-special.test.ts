import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Tensor } from "../src/index.ts";
import { elements, of } from "./ops-values.ts";

const largest = Math.fround(3.4028234663852886e38);

/** Within some units in the last place of float32. */
function expectUlps(got: number, want: number, ulps: number, what: string): void {
  const error = Math.abs(got - want) / Math.max(Math.abs(want), 2 ** -126);
  expect(error, `${what}: got ${got}, want ${want}`).toBeLessThanOrEqual(ulps * 2 ** -23);
}

describe("erfc", () => {
  /** In double precision. */
  const table = [
    [-5, 2], [-0.75, 1.711155634], [-0.25, 1.27632639], [0, 1], [0.25, 0.7236736098], [0.5, 0.4795001222],
    [0.75, 0.2888443663], [1, 0.1572992071], [1.5, 0.03389485352], [2.2, 0.001862845873], [3.3, 3.0577108e-6],
    [4.7, 2.995265273e-11], [6.1, 6.314609593e-18], [7.9, 5.572709594e-29], [9, 4.137031747e-37],
  ]; // prettier-ignore

  it("is good to a few units in the last place, also in the tail", async () => {
    const got = await elements(T.erfc(of(table.map(([x]) => x))));
    table.forEach(([x, want], i) => expectUlps(got[i], want, 4, `of ${x}`));
  });

  it("at the ends", async () => {
    expect(await elements(T.erfc(of([Infinity, -Infinity, NaN, 12, 1e30, -1e30])))).toEqual([0, 2, NaN, 0, 0, 2]);
  });

  it("falls everywhere", async () => {
    const got = await elements(T.erfc(of(Array.from({ length: 2000 }, (_, i) => i / 200 - 1))));
    for (let i = 1; i < got.length; i++) expect(got[i]).toBeLessThan(got[i - 1]);
  });
});

describe("sinc", () => {
  it("is sin(πx) / πx, without the error of rounding πx", async () => {
    const x = [0, 1e-30, -0.25, 0.5, 1.5, -2.5, 3, 1000.5, 8388607, 1e30].map(Math.fround);
    const got = await elements(T.sinc(of(x)));
    const exact = (u: number): number => (u === 0 ? 1 : Math.sin(Math.PI * (u % 2)) / (Math.PI * u));
    x.forEach((u, i) => expect(Math.abs(got[i] - exact(u)), `of ${u}`).toBeLessThan(1.5e-7 / Math.max(1, Math.abs(u))));
    expect(await elements(T.sinc(of([NaN, Infinity, -Infinity])))).toEqual([NaN, NaN, NaN]);
    expect((await elements(T.sinc(of([1, -2, 7, 1e9])))).map(Math.abs)).toEqual([0, 0, 0, 0]);
  });
});

describe("rounding", () => {
  it("frac has the sign of x", async () => {
    expect(await elements(T.frac(of([1.75, -1.75, 3, -0.5, NaN])))).toEqual([0.75, -0.75, 0, -0.5, NaN]);
  });

  it.each([
    { decimals: 2, x: [1.234, -1.236, 0.125, 0.375, 3], want: [1.23, -1.24, 0.12, 0.38, 3] },
    { decimals: -2, x: [1234.5, 1250, 1350, -50, 49], want: [1200, 1200, 1400, 0, 0] },
    { decimals: 38, x: [3e30, 1.5, Infinity, -Infinity, NaN], want: [3e30, 1.5, Infinity, -Infinity, NaN] },
    { decimals: 3, x: [largest, -largest], want: [largest, -largest] },
    { decimals: 0, x: [2.5, 3.5, -0.5], want: [2, 4, 0] },
  ])("round to $decimals decimals", async ({ decimals, x, want }) => {
    const got = await elements(T.round(of(x), { decimals }));
    got.forEach((value, i) => {
      if (Number.isFinite(want[i])) expectUlps(value, want[i], 1, `of ${x[i]}`);
      else expect(value).toBe(want[i]);
    });
  });

  it.each([T.floor, T.ceil, T.trunc, T.round])("integers and booleans are returned as they are: %o", async (f) => {
    for (const dtype of ["int32", "uint32", "uint8", "bool"] as const) {
      const x = T.tensor([0, 1, 1], { dtype });
      expect(f(x).dtype).toBe(dtype);
      expect(await elements(f(x))).toEqual([0, 1, 1]);
    }
    expect(await elements(T.frac(T.tensor([5, -5], { dtype: "int32" })))).toEqual([0, 0]);
  });

  it.each([
    { f: () => T.round(of([1]), { decimals: 1.5 }), message: /round: decimals 1.5 must be an integer from -38 to 38/ },
    { f: () => T.round(of([1]), { decimals: NaN }), message: /round: decimals NaN/ },
    { f: () => T.round(of([1]), { decimals: 39 }), message: /round: decimals 39/ },
    {
      f: () => T.round(T.tensor([15], { dtype: "int32" }), { decimals: -1 }),
      message: /round: int32 with decimals -1; cast the tensor to float32 first/,
    },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("lerp", () => {
  const between = async (start: number, end: number, weight: number): Promise<number[]> => {
    const byNumber = await elements(T.lerp(of([start]), of([end]), weight));
    expect(await elements(T.lerp(of([start]), of([end]), of([weight])))).toEqual(byNumber);
    return byNumber;
  };

  it.each([
    { start: -3e38, end: 3e38, weight: 0.5, want: 0 },
    { start: -3e38, end: 3e38, weight: 0.75, want: 1.5e38 },
    { start: 3e38, end: 3e38, weight: 0.3, want: 3e38 },
    { start: 2.9e38, end: 3e38, weight: -1, want: 2.8e38 },
    { start: Infinity, end: Infinity, weight: 0.3, want: Infinity },
    { start: -Infinity, end: -Infinity, weight: 2, want: -Infinity },
    { start: -Infinity, end: 5, weight: 0.25, want: -Infinity },
    { start: 5, end: Infinity, weight: 0.75, want: Infinity },
    { start: 5, end: Infinity, weight: 0, want: 5 },
    { start: -Infinity, end: 5, weight: 1, want: 5 },
    { start: -Infinity, end: Infinity, weight: 0.5, want: NaN },
    { start: 1, end: NaN, weight: 0, want: NaN },
    { start: NaN, end: 1, weight: 1, want: NaN },
    { start: 1, end: 3, weight: NaN, want: NaN },
  ])("from $start to $end by $weight", async ({ start, end, weight, want }) => {
    const [got] = await between(start, end, weight);
    if (Number.isFinite(want) && want !== 0) expectUlps(got, want, 2, "value");
    else expect(got).toBe(want);
  });

  it("broadcasts all three, and gives floats of integers", async () => {
    const ints = T.tensor([0, 10], { dtype: "int32" });
    const got = T.lerp(ints, 20, of([0.5, 1], [2, 1]));
    expect(got.dtype).toBe("float32");
    expect(got.shape).toEqual([2, 2]);
    expect(await elements(got)).toEqual([10, 15, 20, 20]);
    expect(() => T.lerp(of([1, 2]), of([1, 2, 3]), 0.5)).toThrow(/lerp: shapes \[2\] and \[3\] do not broadcast/);
  });
});

it("xlogy of 0 is 0 but beside NaN", async () => {
  const y = of([0, 2, -1, Infinity, NaN]);
  expect(await elements(T.xlogy(of([0, 0, 0, 0, 0]), y))).toEqual([0, 0, 0, 0, NaN]);
  expect(await elements(T.xlogy(of([1, NaN]), of([0, 1])))).toEqual([-Infinity, NaN]);
});

it("exp2 of integers are floats", async () => {
  const got: Tensor = T.exp2(T.tensor([-1, 0, 5], { dtype: "int32" }));
  expect(got.dtype).toBe("float32");
  expect(await elements(got)).toEqual([0.5, 1, 32]);
});
