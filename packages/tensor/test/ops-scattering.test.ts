import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { DType, ScatterReduction, Tensor } from "../src/index.ts";
import { at, elements, indicesOf, irregular, of } from "./ops-values.ts";

const ints = (data: readonly number[], shape: readonly number[] = [data.length]): Tensor =>
  T.tensor(Int32Array.from(data), { shape });

/** Integers in [from, to), in no order. */
function integers(shape: readonly number[], from: number, to: number, seed = 3): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const span = to - from;
  return ints(
    Array.from({ length: size }, (_, i) => from + (Math.floor(1e4 * Math.abs(Math.sin(seed + 7.7 * i))) % span)),
    shape,
  );
}

const folds: Readonly<Record<ScatterReduction, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  prod: (values) => values.reduce((a, b) => a * b, 1),
  amax: (values) => Math.max(...values),
  amin: (values) => Math.min(...values),
};
const reductions = Object.keys(folds) as ScatterReduction[];

/** By the definition: lists of what goes to each place. */
async function bruteForce(
  x: Tensor,
  axis: number,
  index: Tensor,
  source: Tensor,
  { reduce, includeSelf }: { reduce: ScatterReduction; includeSelf: boolean },
): Promise<number[]> {
  const [values, places, added] = await Promise.all([elements(x), elements(index), elements(source)]);
  const lists = values.map((): number[] => []);
  for (const from of indicesOf(index.shape)) {
    const place = places[at(index.shape, from)];
    if (place < 0 || place >= x.shape[axis]) continue;
    const to = from.map((i, k) => (k === axis ? place : i));
    lists[at(x.shape, to)].push(added[at(source.shape, from)]);
  }
  return values.map((value, i) => {
    if (lists[i].length === 0) return value;
    const result = folds[reduce](includeSelf ? [value, ...lists[i]] : lists[i]);
    return T.isFloat(x.dtype) ? result : Math.floor(result);
  });
}

const ways = reductions.flatMap((reduce) => [true, false].map((includeSelf) => ({ reduce, includeSelf })));

describe("scatterReduce against lists of what goes to each place", () => {
  const shapes: { x: number[]; axis: number; index: number[]; source?: number[] }[] = [
    { x: [4], axis: 0, index: [9] },
    { x: [3, 2], axis: 0, index: [7, 2] },
    { x: [2, 3], axis: 1, index: [2, 8] },
    { x: [2, 3, 2], axis: 1, index: [2, 5, 2] },
    { x: [3, 4], axis: 0, index: [6, 2], source: [7, 3] },
    { x: [4, 3, 5], axis: 2, index: [3, 1, 6] },
    { x: [1], axis: 0, index: [1] },
    { x: [5], axis: 0, index: [0] },
    { x: [0], axis: 0, index: [3] },
    { x: [3, 0], axis: 0, index: [2, 0] },
  ];
  it.each(ways.flatMap((way) => shapes.map((shape) => ({ ...way, ...shape }))))(
    "$reduce, with self: $includeSelf, of $index into $x along $axis",
    async ({ x: shape, axis, index: indexShape, source: sourceShape = indexShape, ...way }) => {
      const [x, source] = [irregular(shape), irregular(sourceShape, 1)];
      const index = T.add(integers(indexShape, -1, shape[axis] + 1), 0); // some lie outside, which is found in host data alone
      const want = await bruteForce(x, axis, index, source, way);
      const got = T.scatterReduce(x, axis, index, source, way);
      expect(got.shape).toEqual(shape);
      (await elements(got)).forEach((value, i) => expect(value).toBeCloseTo(want[i], 5));
    },
  );

  it.each(ways.flatMap((way) => (["int32", "uint32", "uint8"] as const).map((dtype) => ({ ...way, dtype }))))(
    "$reduce of $dtype, with self: $includeSelf",
    async ({ dtype, ...way }) => {
      const least = dtype === "int32" ? -5 : 1;
      const x = T.cast(integers([3, 2], least, 9), dtype);
      const source = T.cast(integers([6, 2], least, 9, 4), dtype);
      const index = T.cast(integers([6, 2], 0, 2), "uint8");
      const got = T.scatterReduce(x, 0, index, source, way);
      expect(got.dtype).toBe(dtype === "uint8" ? "int32" : dtype);
      expect(await elements(got)).toEqual(await bruteForce(x, 0, index, source, way));
    },
  );

  it("folds a thousand elements at one place, and in many", async () => {
    const source = T.add(T.mul(irregular([1000]), 0.1), 1);
    for (const [extent, way] of [1, 300].flatMap((extent) => ways.map((way) => [extent, way] as const))) {
      const [x, index] = [irregular([extent], 2), integers([1000], 0, extent)];
      const want = await bruteForce(x, 0, index, source, way);
      const got = await elements(T.scatterReduce(x, 0, index, source, way));
      got.forEach((value, i) => expect(Math.abs(value - want[i])).toBeLessThan(1e-5 * Math.max(1, Math.abs(want[i]))));
    }
  });

  it("products of integers wrap", async () => {
    const big = ints([65536, 65536, 3]);
    expect(await elements(T.scatterReduce(ints([5, 7]), 0, ints([0, 0, 1]), big, { reduce: "prod" }))).toEqual([0, 21]);
  });

  it("NaN is the largest and the smallest, where it goes", async () => {
    const source = of([1, NaN, 3, -4, NaN]);
    const index = T.add(ints([0, 0, 1, 1, 9]), 0);
    for (const reduce of ["amax", "amin"] as const) {
      const want = reduce === "amax" ? [NaN, 3, 0] : [NaN, -4, 0];
      expect(await elements(T.scatterReduce(T.zeros([3]), 0, index, source, { reduce }))).toEqual(want);
    }
  });

  it("float16 is folded in float32; a number is every source", async () => {
    const x = T.cast(of([0.5, 1]), "float16");
    const sum = T.scatterReduce(x, 0, ints([0, 0, 0]), 2 ** -11, { reduce: "sum" });
    expect(sum.dtype).toBe("float16");
    expect(await elements(sum)).toEqual([0.50146484375, 1]);
    expect(await elements(T.scatterReduce(ints([1, 1]), -1, ints([1]), 4, { reduce: "prod" }))).toEqual([1, 4]);
  });
});

describe("takeAlongDim", () => {
  const x = of([30, 10, 20, 5, 25, 15], [2, 3]);
  it.each<[name: string, index: Tensor, axis: number | undefined, shape: number[], want: number[]]>([
    ["sorts", T.argsort(x, { axis: 1 }), 1, [2, 3], [10, 20, 30, 5, 15, 25]],
    ["picks maxima", T.argmax(x, { axis: 0, keepDims: true }), 0, [1, 3], [30, 25, 20]],
    ["broadcasts the index", ints([2, 0], [1, 2]), -1, [2, 2], [20, 30, 15, 5]],
    ["flattens", ints([5, 0], [2, 1]), undefined, [2], [15, 30]],
    ["picks nothing", ints([], [2, 0]), 1, [2, 0], []],
  ])("%s", async (_, index, axis, shape, want) => {
    const got = T.takeAlongDim(x, index, axis);
    expect(got.shape).toEqual(shape);
    expect(await elements(got)).toEqual(want);
  });

  it("broadcasts x", async () => {
    const got = T.takeAlongDim(of([1, 2, 3], [1, 3]), ints([0, 2, 1], [3, 1]), 1);
    expect(got.shape).toEqual([3, 1]);
    expect(await elements(got)).toEqual([1, 3, 2]);
  });
});

describe("indexPut", () => {
  const zeros = T.zeros([2, 3]);
  it.each<[name: string, indices: Tensor[], values: T.Operand, accumulate: boolean, want: number[]]>([
    ["at pairs", [ints([1, 0]), ints([2, 1])], of([5, 6]), false, [0, 6, 0, 0, 0, 5]],
    ["adds at pairs", [ints([1, 1, 0]), ints([2, 2, 0])], of([5, 6, 7]), true, [7, 0, 0, 0, 0, 11]],
    ["whole rows", [ints([1])], of([1, 2, 3]), false, [0, 0, 0, 1, 2, 3]],
    ["a number", [ints([0])], 4, false, [4, 4, 4, 0, 0, 0]],
    [
      "indices that broadcast",
      [ints([0, 1], [2, 1]), ints([0, 2])],
      of([1, 2, 3, 4], [2, 2]),
      false,
      [1, 0, 2, 3, 0, 4],
    ],
    [
      "past the ends",
      [T.add(ints([-1, 2, 0, 1]), 0), T.add(ints([0, 0, 3, 1]), 0)],
      of([1, 2, 3, 4]),
      false,
      [0, 0, 0, 0, 4, 0],
    ],
    ["nothing", [ints([])], of([], [0, 3]), false, [0, 0, 0, 0, 0, 0]],
    ["one place", [T.tensor(1, { dtype: "int32" }), T.tensor(0, { dtype: "int32" })], 9, false, [0, 0, 0, 9, 0, 0]],
  ])("%s", async (_, indices, values, accumulate, want) => {
    const got = T.indexPut(zeros, indices, values, { accumulate });
    expect(got.shape).toEqual([2, 3]);
    expect(await elements(got)).toEqual(want);
  });

  it("keeps what has no place, and the dtype", async () => {
    const x = T.reshape(T.arange(12), [2, 3, 2]);
    const got = T.indexPut(x, [ints([1]), ints([1])], ints([-1, -2], [1, 2]));
    expect(got.dtype).toBe("int32");
    expect(await elements(got)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, -1, -2, 10, 11]);
  });
});

describe("errors", () => {
  const x = T.zeros([2, 3]);
  const index = T.zeros([2, 3], { dtype: "int32" });
  const cast = (dtype: DType): Tensor => T.cast(index, dtype);
  it.each<[name: string, f: () => unknown, message: RegExp]>([
    ["an unknown reduction", () => T.scatterReduce(x, 0, index, x, { reduce: "max" as "amax" }), /scatterReduce: reduce max must be one of sum, mean/],
    ["another rank", () => T.scatterReduce(x, 0, ints([1]), x, { reduce: "sum" }), /scatterReduce: index \[1\] must have the rank of \[2, 3\]/],
    ["an index that is too wide", () => T.scatterReduce(x, 0, T.zeros([2, 4], { dtype: "int32" }), x, { reduce: "sum" }), /scatterReduce: index \[2, 4\]/],
    ["a small source", () => T.scatterReduce(x, 0, index, T.zeros([1, 3]), { reduce: "sum" }), /scatterReduce: source \[1, 3\] is smaller/],
    ["an axis that is not there", () => T.scatterReduce(x, 2, index, x, { reduce: "sum" }), /scatterReduce: axis 2/],
    ["floats for an index", () => T.scatterReduce(x, 0, cast("float32"), x, { reduce: "sum" }), /scatterReduce: an index must hold integers, not float32/],
    ["takeAlongDim with another rank", () => T.takeAlongDim(x, ints([1]), 0), /takeAlongDim: index \[1\] must have as many axes as \[2, 3\]/],
    ["takeAlongDim with what does not broadcast", () => T.takeAlongDim(x, T.zeros([3, 1], { dtype: "int32" }), 1), /takeAlongDim: shapes .* do not broadcast/],
    ["takeAlongDim by a mask", () => T.takeAlongDim(x, cast("bool"), 1), /takeAlongDim: .* not bool; for a mask use where/],
    ["indexPut without indices", () => T.indexPut(x, [], 1), /indexPut: 0 indices for \[2, 3\]; give 1 to 2/],
    ["indexPut with too many", () => T.indexPut(x, [ints([0]), ints([0]), ints([0])], 1), /indexPut: 3 indices/],
    ["indexPut by a mask", () => T.indexPut(x, [cast("bool")], 1), /indexPut: .* not bool; for a mask use where/],
    ["indexPut of other values", () => T.indexPut(x, [ints([0, 1])], of([1, 2])), /indexPut: values \[2\] do not broadcast|indexPut: shapes/],
    ["indexPut by indices of other shapes", () => T.indexPut(x, [ints([0, 1]), ints([0, 1, 1])], 1), /indexPut: shapes \[2\] and \[3\]/],
  ])("%s", (_, f, message) => {
    expect(f).toThrow(message);
  });
}); // prettier-ignore
