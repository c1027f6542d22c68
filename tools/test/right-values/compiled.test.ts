import { cpu } from "@minima/backend-cpu";
import {
  Generator, add, cast, clamp, compile, div, equal, greaterEqual, isNaN, less, lessEqual, maximum, mul, pad, pow, quantile, random, reference,
  remainder, reshape, scatter, scatterAdd, setBackend, sum, tensor, where, type Operand, type Tensor,
} from "@minima/tensor"; // prettier-ignore
import { beforeEach, describe, expect, it, vi } from "vitest";

beforeEach(() => {
  setBackend(cpu({ threads: 1 }));
});

const elements = async (t: Tensor): Promise<number[]> => Array.from(await t.data());
const x = (): Tensor => tensor([1, 2]);

describe("the structure of arguments", () => {
  /** Tells structures apart that have the same tensors: the result names the structure. */
  const shapeOf = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) => {
      if (item === undefined) return "undefined";
      return typeof item === "object" && item !== null && "dtype" in item ? "a tensor" : item;
    });
  const structures: readonly (readonly [string, () => unknown, () => unknown])[] = [
    ["an empty array behind a tensor", () => [[x()]], () => [[x()], []]],
    ["an empty object", () => ({ a: x() }), () => ({ a: x(), b: {} })],
    ["empty arrays and empty objects", () => [x(), []], () => [x(), {}]],
    ["names of keys", () => ({ a: x(), b: x() }), () => ({ a: x(), c: x() })],
    ["names with dots", () => ({ "a.b": x() }), () => ({ a: { b: x() } })],
    ["names that look like indices", () => ({ "0": x() }), () => [x()]],
    ["nesting", () => [[x(), x()]], () => [[x()], [x()]]],
    ["texts with brackets", () => [x(), "],["], () => [x(), "]", "["]],
    ["numbers and texts", () => [x(), "1"], () => [x(), 1]],
    ["null and the text of it", () => [x(), null], () => [x(), "null"]],
    ["undefined and null", () => [x(), undefined], () => [x(), null]],
  ];
  it.each(structures)("%s", async (_, one, other) => {
    const seen: string[] = [];
    const f = compile((value: Tensor | object) => {
      seen.push(shapeOf(value));
      return 1;
    });
    for (const make of [one, one, one, one, other]) await f(make() as object);
    expect(seen.length).toBe(4); // three recordings of the first, and one of the second
    expect(seen[3]).not.toBe(seen[0]);
  });

  it("objects of other realms and without prototype count as plain", async () => {
    const { runInNewContext } = await import("node:vm");
    const f = compile((value: { a: Tensor }) => mul(value.a, 2));
    const foreign = runInNewContext("({})") as { a: Tensor };
    foreign.a = x();
    const bare = Object.assign(Object.create(null) as object, { a: x() });
    expect(await elements(await f(foreign))).toEqual([2, 4]);
    expect(await elements(await f(bare))).toEqual([2, 4]);
  });

  it.each([
    ["a Map", (t: Tensor): object => new Map([["a", t]]), /returned a Map; return tensors in arrays and plain objects/],
    ["a Set within", (t: Tensor): object => ({ all: [new Set([t])] }), /returned a Set at all\[0\]/],
    [
      "a function",
      (t: Tensor): object =>
        () =>
          t,
      /returned a function/,
    ],
  ])("%s in a result is refused", async (_, f, message) => {
    await expect(compile(f)(x())).rejects.toThrow(message);
  });

  it("objects of classes are refused", async () => {
    const f = compile((value: object) => value);
    await expect(f(new Map())).rejects.toThrow(/argument #0 is an object/);
    await expect(f([new Date(0)])).rejects.toThrow(/argument #0\[0\]/);
  });
});

describe("number arguments give what the numbers give", () => {
  beforeEach(() => {
    setBackend(reference()); // which has float16
  });
  const int = (): Tensor => tensor([3, -4], { dtype: "int32" });
  const functions: readonly (readonly [string, (k: Operand) => Tensor, readonly number[]])[] = [
    ["int32 stays int32", (k) => mul(int(), k), [2, -5, 2 ** 30, 0.5, 2 ** 31]],
    ["int32 plus", (k) => add(k, int()), [16777217, 0.25]],
    ["comparisons", (k) => less(int(), k), [3, 3.5, -4, NaN]],
    ["maximum", (k) => maximum(int(), k), [2, -7, 0.5]],
    ["where", (k) => where(less(int(), 0), k, int()), [7, -7, 2.5]],
    ["powers", (k) => pow(int(), k), [5, 0]],
    ["bytes compute as int32", (k) => add(tensor(Uint8Array.of(250, 1)), k), [10, 0.5]],
    ["bool", (k) => add(less(int(), 0), k), [1, 0.5]],
    ["floats", (k) => mul(x(), k), [3, 0.1]],
    ["two numbers", (k) => mul(add(k, 1), int()), [2, 0.5]],
    ["comparisons beyond the dtype", (k) => less(int(), k), [3e9, -3e9, Infinity, 2.5, -4.5, 2 ** 31 - 0.5]],
    ["comparisons the other way", (k) => greaterEqual(int(), k), [3e9, -3e9, -Infinity, NaN, 2.5, 3]],
    [
      "fractions that float32 rounds",
      (k) => lessEqual(k, tensor([16777217], { dtype: "int32" })),
      [16777216.5, 16777217.5],
    ],
    ["equality", (k) => equal(tensor([0, 16777217], { dtype: "uint32" }), k), [16777216.5, -1, 16777217, 2 ** 32, NaN]],
    ["maximum beyond the dtype", (k) => maximum(tensor([1], { dtype: "uint32" }), k), [-1, 2 ** 33, 5]],
    ["the value of a pad", (k) => pad(int(), [1, 1], { value: k as number }), [3e9, 7, -3e9]],
    ["that of bytes", (k) => pad(tensor(Uint8Array.of(1)), [1, 0], { value: k as number }), [-3, 300, 16777216.5]],
    ["what is scattered", (k) => scatter(int(), 0, tensor([1], { dtype: "int32" }), k), [3e9, 5]],
    ["what is added there wraps", (k) => scatterAdd(int(), 0, tensor([1], { dtype: "int32" }), k), [3e9, -5]],
    ["beside half floats", (k) => div(cast(tensor([1, 3]), "float16"), k), [2, 0.3]],
    ["powers of half floats", (k) => pow(cast(tensor([1, 3]), "float16"), k), [2, 0.5]],
  ];
  it.each(functions)("%s", async (_, f, numbers) => {
    const compiled = compile(f);
    for (const k of [...numbers, ...numbers, ...numbers, ...numbers]) {
      const [got, want] = [await compiled(k), f(k)];
      expect([got.dtype, await elements(got)]).toEqual([want.dtype, await elements(want)]);
    }
  });

  const plain: readonly (readonly [string, (k: Operand) => unknown])[] = [
    ["an axis", (k) => sum(x(), { axis: k as number })],
    ["an extent", (k) => reshape(x(), [k as number, 2])],
    ["a condition", (k) => (Number(k) > 1 ? x() : mul(x(), 2))],
    ["arithmetic of JavaScript", (k) => mul(x(), (k as number) + 1)],
  ];
  it.each(plain)("used as a plain number, %s, they are refused with the mend", async (_, f) => {
    await expect(compile(f)(1)).rejects.toThrow(/number argument #0 is a tensor.*static: \[position\]/s);
  });

  it.each<[string, (k: Operand) => Tensor, number, RegExp]>([
    ["a divisor beyond the dtype", (k) => remainder(int(), k), 3e9, /^remainder: int32 does not hold 3000000000/],
    ["a negative power of integers", (k) => pow(int(), k), -3, /^pow: integers to the power -3/],
    ["a bound that is NaN", (k) => clamp(x(), { min: k }), NaN, /^clamp: a bound is NaN/],
  ])("%s is refused at the call", async (_, f, number, message) => {
    const compiled = compile(f);
    for (let i = 0; i < 5; i++) await compiled(number < 0 ? 2 : number > 0 ? 2 ** 31 + 1 : 0.5).catch(() => null);
    await expect(compiled(number)).rejects.toThrow(message);
    expect(() => f(number)).toThrow(message);
  });

  it.each([
    ["the share of a quantile", (k: Operand) => quantile(x(), k as number)],
    ["an element of a literal", (k: Operand) => tensor([k as number, 1])],
  ])("%s is refused", async (_, f) => {
    await expect(compile(f)(0.5)).rejects.toThrow(/static: \[position\]|tensor: an element is a tensor itself/);
  });

  it("work as plain numbers where they are static", async () => {
    const f = compile((t: Tensor, axis: number) => sum(t, { axis }), { static: [1] });
    for (const axis of [0, 1, 0, 1]) {
      const got = await elements(await f(tensor([[1, 2], [3, 4]]), axis)); // prettier-ignore
      expect(got).toEqual(axis === 0 ? [4, 6] : [3, 7]);
    }
  });

  it("constants that are NaN do not change", async () => {
    const f = compile((t: Tensor) => where(isNaN(t), NaN, mul(t, -0)));
    for (let i = 0; i < 5; i++) expect(await elements(await f(tensor([NaN, 2])))).toEqual([NaN, -0]);
  });
});

describe("generators", () => {
  it("may be listed in the state", async () => {
    const generator = new Generator(5);
    const draw = compile(() => random.uniform([2], { generator }), { state: [generator] });
    const drawn: number[] = [];
    for (let i = 0; i < 5; i++) drawn.push(...(await elements(await draw())));
    expect(drawn).toEqual(await elements(random.uniform([10], { generator: new Generator(5) })));
  });

  it("the default one may be made inside", async () => {
    vi.resetModules(); // so that nobody has made it yet
    const fresh = await import("@minima/tensor");
    fresh.setBackend(fresh.reference());
    const draw = fresh.compile(() => fresh.random.uniform([2]));
    const drawn: number[] = [];
    for (let i = 0; i < 5; i++) drawn.push(...(await (await draw()).data()));
    expect(new Set(drawn).size).toBe(10);
  });
});
