import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Operand, Tensor } from "../src/index.ts";
import { elements, of } from "./ops-values.ts";

const special = [0, -0, 1, -1, 20, -20, 88, -88, 1e-20, -1e-8, 3e38, Infinity, -Infinity, NaN];
const usual = [-3.7, -2.5, -1.5, -0.99999, -0.5, -0.3, -1e-4, 1e-6, 1e-3, 0.25, 0.5, 0.7, 1.5, 2.5, 9, 30.5];

const halfEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

const unary: Record<string, [f: (x: Operand) => Tensor, exact: (x: number) => number]> = {
  exp: [T.exp, Math.exp],
  expm1: [T.expm1, Math.expm1],
  exp2: [T.exp2, (x) => 2 ** x],
  log: [T.log, Math.log],
  log1p: [T.log1p, Math.log1p],
  log2: [T.log2, Math.log2],
  log10: [T.log10, Math.log10],
  sqrt: [T.sqrt, Math.sqrt],
  rsqrt: [T.rsqrt, (x) => 1 / Math.sqrt(x)],
  reciprocal: [T.reciprocal, (x) => 1 / x],
  square: [T.square, (x) => x * x],
  abs: [T.abs, Math.abs],
  sign: [T.sign, (x) => (Number.isNaN(x) ? 0 : Math.sign(x))],
  floor: [T.floor, Math.floor],
  ceil: [T.ceil, Math.ceil],
  trunc: [T.trunc, Math.trunc],
  round: [T.round, halfEven],
  sigmoid: [T.sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  tanh: [T.tanh, Math.tanh],
  sinh: [T.sinh, Math.sinh],
  cosh: [T.cosh, Math.cosh],
  atan: [T.atan, Math.atan],
  asin: [T.asin, Math.asin],
  acos: [T.acos, Math.acos],
  asinh: [T.asinh, Math.asinh],
  acosh: [T.acosh, Math.acosh],
  atanh: [T.atanh, Math.atanh],
  relu: [T.relu, (x) => (Number.isNaN(x) ? NaN : Math.max(x, 0))],
  isInf: [T.isInf, (x) => Number(Math.abs(x) === Infinity)],
  isNaN: [T.isNaN, (x) => Number(Number.isNaN(x))],
  isFinite: [T.isFinite, (x) => Number(Number.isFinite(x))],
};

const pairs = [
  [3, 4],
  [-3, 4],
  [5.5, -2],
  [-5.5, -2],
  [0, 1],
  [0, -1],
  [1, 0],
  [-1, 0],
  [1e-30, -3],
  [7, 0.1],
  [3e38, 3e38],
  [1e-30, 1e-30],
  [NaN, 1],
  [1, NaN],
];

const binary: Record<string, [f: (a: Operand, b: Operand) => Tensor, exact: (a: number, b: number) => number]> = {
  fmod: [T.fmod, (a, b) => a % b],
  remainder: [T.remainder, (a, b) => (a % b !== 0 && a % b < 0 !== b < 0 ? (a % b) + b : a % b)],
  floorDivide: [T.floorDivide, (a, b) => Math.floor(a / b)],
  atan2: [T.atan2, Math.atan2],
  hypot: [T.hypot, Math.hypot],
  logaddexp: [
    T.logaddexp,
    (a, b) => (Number.isNaN(a + b) ? NaN : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))),
  ],
  xlogy: [T.xlogy, (a, b) => (a === 0 ? 0 : a * Math.log(b))],
  maximum: [T.maximum, Math.max],
  minimum: [T.minimum, Math.min],
};

/** Equal, or within a few units in the last place of float32. */
function expectNear(got: number, want: number, what: string): void {
  const rounded = Math.fround(want);
  if (got === rounded || (Number.isNaN(got) && Number.isNaN(rounded))) return;
  const error = Math.abs(got - want) / Math.max(Math.abs(want), 2 ** -126);
  expect(error, `${what}: got ${got}, want ${want}`).toBeLessThan(1e-6);
}

describe("element-wise functions, special values included", () => {
  it.each(Object.entries(unary))("%s", async (_, [f, exact]) => {
    const data = Float32Array.from([...special, ...usual]);
    const got = await elements(f(of([...data])));
    data.forEach((x, i) => expectNear(got[i], exact(x), `of ${x}`));
  });

  it.each(Object.entries(binary))("%s", async (_, [f, exact]) => {
    const rounded = pairs.map((pair) => pair.map(Math.fround));
    const got = await elements(f(of(rounded.map(([a]) => a)), of(rounded.map(([, b]) => b))));
    rounded.forEach(([a, b], i) => expectNear(got[i], exact(a, b), `of ${a} and ${b}`));
  });

  it("erfinv inverts erf and is infinite at its ends", async () => {
    const x = of([-0.999, -0.9, -0.3, -1e-3, 0, 0.1, 0.5, 0.95, 0.99999]);
    const back = await elements(T.erf(T.erfinv(x)));
    (await elements(x)).forEach((want, i) => expect(Math.abs(back[i] - want)).toBeLessThan(2e-7));
    expect(await elements(T.erfinv(of([1, -1, 1.5])))).toEqual([Infinity, -Infinity, NaN]);
  });

  it("logaddexp of equal infinities is that infinity", async () => {
    const ends = of([Infinity, -Infinity, Infinity]);
    expect(await elements(T.logaddexp(ends, of([Infinity, -Infinity, -Infinity])))).toEqual([
      Infinity,
      -Infinity,
      Infinity,
    ]);
  });

  it("atan2 and hypot of infinities", async () => {
    expect(await elements(T.hypot(of([Infinity, -Infinity]), of([-Infinity, 1])))).toEqual([Infinity, Infinity]);
    const angles = await elements(T.atan2(of([Infinity, -Infinity, 1]), of([Infinity, -Infinity, -Infinity])));
    [Math.PI / 4, (-3 * Math.PI) / 4, Math.PI].forEach((want, i) => expectNear(angles[i], want, "angle"));
  });

  it("nanToNum, by default and as asked", async () => {
    const x = of([NaN, Infinity, -Infinity, 2]);
    const largest = Math.fround(3.4028234663852886e38);
    expect(await elements(T.nanToNum(x))).toEqual([0, largest, -largest, 2]);
    expect(await elements(T.nanToNum(x, { nan: 7, posinf: 8, neginf: 9 }))).toEqual([7, 8, 9, 2]);
  });

  it("logit limits to [eps, 1 - eps]", async () => {
    const got = await elements(T.logit(of([0, 1, 0.5]), { eps: 0.1 }));
    [-Math.log(9), Math.log(9), 0].forEach((want, i) => expect(got[i]).toBeCloseTo(want, 5));
    expect(await elements(T.logit(of([0, 1])))).toEqual([-Infinity, Infinity]);
    expect(() => T.logit(of([0.5]), { eps: NaN })).toThrow(/logit: eps NaN must lie in \[0, 0.5\]/);
  });

  it("lerp is exact at both ends", async () => {
    const [start, end] = [of([0.1, 1e8]), of([0.7, 1])];
    for (const weight of [0, 1]) {
      const want = await elements(weight === 0 ? start : end);
      expect(await elements(T.lerp(start, end, weight))).toEqual(want);
      expect(await elements(T.lerp(start, end, of([weight, weight])))).toEqual(want);
    }
  });

  it("addcmul and addcdiv", async () => {
    expect(await elements(T.addcmul(of([1, 2]), of([3, 4]), 5, { value: 0.5 }))).toEqual([8.5, 12]);
    expect(await elements(T.addcdiv(of([1, 2]), of([3, 4]), of([2, 8])))).toEqual([2.5, 2.5]);
  });

  it("isClose and allClose", async () => {
    const a = of([1, 1, 1, Infinity, Infinity, NaN, 0]);
    const b = of([1, 1.000001, 1.1, Infinity, 1, NaN, 1e-9]);
    expect(await elements(T.isClose(a, b))).toEqual([1, 1, 0, 1, 0, 0, 1]);
    expect(await elements(T.isClose(a, b, { equalNan: true, rtol: 0.2 }))).toEqual([1, 1, 1, 1, 0, 1, 1]);
    expect(await elements(T.isClose(of([1]), of([Infinity])))).toEqual([0]);
    expect(await T.allClose(of([1, 2]), of([1, 2.00001]))).toBe(true);
    expect(await T.allClose(of([1, 2]), of([1, 2.1]))).toBe(false);
  });
});

describe("integers and booleans", () => {
  const int = (values: number[]): Tensor => T.tensor(Int32Array.from(values));
  const unsigned = (values: number[]): Tensor => T.tensor(Uint32Array.from(values));

  it.each([
    {
      name: "fmod int32",
      f: () => T.fmod(int([7, -7, 7, -7]), int([3, 3, -3, -3])),
      dtype: "int32",
      want: [1, -1, 1, -1],
    },
    { name: "fmod uint32", f: () => T.fmod(unsigned([7, 4294967295]), 4), dtype: "uint32", want: [3, 3] },
    {
      name: "floorDivide uint32",
      f: () => T.floorDivide(unsigned([7, 4294967295]), 2),
      dtype: "uint32",
      want: [3, 2147483647],
    },
    { name: "floorDivide int32", f: () => T.floorDivide(int([7, -7]), 2), dtype: "int32", want: [3, -4] },
    { name: "abs uint32", f: () => T.abs(unsigned([5, 4294967295])), dtype: "uint32", want: [5, 4294967295] },
    { name: "abs int32", f: () => T.abs(int([-5, 5])), dtype: "int32", want: [5, 5] },
    { name: "cumsum bool", f: () => T.cumsum(T.tensor([true, false, true]), 0), dtype: "int32", want: [1, 1, 2] },
    { name: "cumprod int32", f: () => T.cumprod(int([2, -3, 4]), 0), dtype: "int32", want: [2, -6, -24] },
    { name: "cummin uint32", f: () => T.cummin(unsigned([5, 0, 7]), 0).values, dtype: "uint32", want: [5, 0, 0] },
    { name: "cummin bool", f: () => T.cummin(T.tensor([true, false, true]), 0).values, dtype: "bool", want: [1, 0, 0] },
    { name: "diff bool", f: () => T.diff(T.tensor([true, false, false])), dtype: "bool", want: [1, 0] },
    { name: "tril bool", f: () => T.tril(T.full([2, 2], true)), dtype: "bool", want: [1, 0, 1, 1] },
    { name: "diag int32", f: () => T.diag(int([1, 2])), dtype: "int32", want: [1, 0, 0, 2] },
    { name: "pad bool", f: () => T.pad(T.tensor([true]), [1, 1], { value: 1 }), dtype: "bool", want: [1, 1, 1] },
    { name: "pad int32", f: () => T.pad(int([5]), [1, 1], { value: -1 }), dtype: "int32", want: [-1, 5, -1] },
    { name: "any of nothing", f: () => T.any(T.zeros([0])), dtype: "bool", want: [0] },
    { name: "all of nothing", f: () => T.all(T.zeros([2, 0]), { axis: 1 }), dtype: "bool", want: [1, 1] },
    { name: "countNonzero", f: () => T.countNonzero(of([0, NaN, 2, -0])), dtype: "int32", want: [2] },
  ])("$name", async ({ f, dtype, want }) => {
    const result = f();
    expect(result.dtype).toBe(dtype);
    expect(await elements(result)).toEqual(want);
  });
});
