import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { PadMode, Tensor } from "../src/index.ts";
import { at, elements, indicesOf, irregular, of } from "./ops-values.ts";

/** Where element i of a padded axis comes from; null: from the constant. */
const origins: Record<PadMode, (i: number, extent: number) => number | null> = {
  constant: (i, extent) => (i >= 0 && i < extent ? i : null),
  reflect: (i, extent) => (i < 0 ? -i : i >= extent ? 2 * (extent - 1) - i : i),
  replicate: (i, extent) => Math.min(Math.max(i, 0), extent - 1),
  circular: (i, extent) => ((i % extent) + extent) % extent,
};

describe("pad", () => {
  const shapes = [[5], [3, 4], [2, 3, 4]];
  const listed = [[1, 2], [2, 0, 1, 2], [-1, 2, 2, -1], [0, 0, -1, -1], [1, 1, 2, 1, 1, 0], []];
  const cases = (Object.keys(origins) as PadMode[]).flatMap((mode) =>
    shapes.flatMap((shape) =>
      listed.filter((pads) => pads.length <= 2 * shape.length).map((pads) => ({ mode, shape, pads })),
    ),
  );

  it.each(cases)("$mode of $shape by $pads", async ({ mode, shape, pads }) => {
    const x = irregular(shape);
    const data = await elements(x);
    const before = shape.map((_, axis) => pads[2 * (shape.length - 1 - axis)] ?? 0);
    const after = shape.map((_, axis) => pads[2 * (shape.length - 1 - axis) + 1] ?? 0);
    const padded = shape.map((extent, axis) => extent + before[axis] + after[axis]);
    const want = indicesOf(padded).map((index) => {
      const from = index.map((i, axis) => origins[mode](i - before[axis], shape[axis]));
      return from.includes(null) ? 1.5 : data[at(shape, from as number[])];
    });
    const got = T.pad(x, pads, { mode, value: 1.5 });
    expect(got.shape).toEqual(padded);
    expect(await elements(got)).toEqual(want);
  });

  it.each([
    { name: "an odd list", f: () => T.pad(of([1]), [1]), message: /pad: \[1\] must be pairs of integers/ },
    { name: "too many pairs", f: () => T.pad(of([1]), [1, 1, 1, 1]), message: /at most the 1 axes of \[1\]/ },
    {
      name: "reflect past the end",
      f: () => T.pad(of([1, 2]), [2, 0], { mode: "reflect" }),
      message: /at most 1 at each end of axis 0 of \[2\]/,
    },
    {
      name: "circular past the end",
      f: () => T.pad(of([1, 2]), [3, 0], { mode: "circular" }),
      message: /at most 2 at each end/,
    },
    { name: "replicate of nothing", f: () => T.pad(T.zeros([0]), [1, 0], { mode: "replicate" }), message: /at most 0/ },
    { name: "cutting too much", f: () => T.pad(of([1, 2]), [-2, -1]), message: /cuts more off axis 0 of \[2\]/ },
    {
      name: "an unknown mode",
      f: () => T.pad(of([1]), [1, 0], { mode: "mirror" as PadMode }),
      message: /"mirror" is none of/,
    },
  ])("says what is wrong with $name", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("triangles and diagonals", () => {
  it.each([-4, -1, 0, 1, 2, 5])("tril and triu at diagonal %i", async (diagonal) => {
    const shape = [2, 3, 4];
    const x = irregular(shape);
    const data = await elements(x);
    const keep = (test: (i: number, j: number) => boolean): number[] =>
      indicesOf(shape).map(([_, i, j], position) => (test(i, j) ? data[position] : 0));
    expect(await elements(T.tril(x, diagonal))).toEqual(keep((i, j) => j - i <= diagonal));
    expect(await elements(T.triu(x, diagonal))).toEqual(keep((i, j) => j - i >= diagonal));
  });

  it("keep nothing of a NaN outside", async () => {
    expect(await elements(T.tril(of([1, NaN, 3, 4], [2, 2])))).toEqual([1, 0, 3, 4]);
  });

  const diagonals = [-5, -2, -1, 0, 1, 3, 6].flatMap((offset) =>
    [
      [0, 1],
      [1, 0],
      [2, 1],
      [-1, 0],
    ].map(([axis0, axis1]) => ({ offset, axis0, axis1 })),
  );
  it.each(diagonals)("diagonal $offset of axes $axis0 and $axis1", async ({ offset, axis0, axis1 }) => {
    const shape = [3, 4, 2];
    const x = irregular(shape);
    const data = await elements(x);
    const [row, column] = [(axis0 + 3) % 3, (axis1 + 3) % 3];
    const other = 3 - row - column;
    const want: number[] = [];
    let count = 0;
    for (let o = 0; o < shape[other]; o++) {
      count = 0;
      for (let i = 0; i < shape[row]; i++) {
        const j = i + offset;
        if (j < 0 || j >= shape[column]) continue;
        const index = [0, 0, 0];
        [index[other], index[row], index[column]] = [o, i, j];
        want.push(data[at(shape, index)]);
        count++;
      }
    }
    const got = T.diagonal(x, { offset, axis0, axis1 });
    expect(got.shape).toEqual([shape[other], count]);
    expect(await elements(got)).toEqual(want);
  });

  it.each([-2, 0, 1])("diagEmbed at %i is undone by diagonal", async (offset) => {
    const x = irregular([2, 3]);
    const matrices = T.diagEmbed(x, offset);
    expect(matrices.shape).toEqual([2, 3 + Math.abs(offset), 3 + Math.abs(offset)]);
    expect(await elements(T.diagonal(matrices, { offset, axis0: 1, axis1: 2 }))).toEqual(await elements(x));
    expect(await T.countNonzero(matrices).item()).toBe(6);
  });

  it("diag goes both ways, trace adds", async () => {
    const x = of([1, 2, 3]);
    expect(T.diag(x, -1).shape).toEqual([4, 4]);
    expect(await elements(T.diag(T.diag(x, -1), -1))).toEqual([1, 2, 3]);
    expect(await T.trace(of([1, 2, 3, 4, 5, 6], [2, 3])).item()).toBe(6);
    expect(await T.trace(of([1, 2, 3, 4, 5, 6], [2, 3]), { offset: 1 }).item()).toBe(8);
  });

  it.each([
    { f: () => T.tril(of([1])), message: /tril: \[1\] must have at least two axes/ },
    { f: () => T.diagonal(of([1])), message: /diagonal: \[1\] must have at least two axes/ },
    { f: () => T.diagonal(irregular([2, 2]), { axis0: 1 }), message: /both axis 1 of \[2, 2\]/ },
    { f: () => T.diag(irregular([2, 2, 2])), message: /neither a vector nor a matrix/ },
    { f: () => T.triu(irregular([2, 2]), 0.5), message: /triu: diagonal 0.5 must be an integer/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("axes", () => {
  it.each([
    { from: 0, to: 2, shape: [3, 4, 2] },
    { from: -1, to: 0, shape: [4, 2, 3] },
    { from: [0, 1], to: [-1, 0], shape: [3, 4, 2] },
    { from: 1, to: 1, shape: [2, 3, 4] },
  ])("moveaxis $from to $to", async ({ from, to, shape }) => {
    const x = irregular([2, 3, 4]);
    const moved = T.moveaxis(x, from, to);
    expect(moved.shape).toEqual(shape);
    expect(await elements(T.moveaxis(moved, to, from))).toEqual(await elements(x));
  });

  it("swapaxes is transpose", async () => {
    const x = irregular([2, 3, 4]);
    expect(await elements(T.swapaxes(x, 0, -1))).toEqual(await elements(T.transpose(x, 0, 2)));
  });

  it("unbind gives the slices", async () => {
    const parts = T.unbind(of([1, 2, 3, 4, 5, 6], [2, 3]), 1);
    expect(parts.map((t) => t.shape)).toEqual([[2], [2], [2]]);
    expect(await Promise.all(parts.map(elements))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  it.each([
    { size: 3, step: 1 },
    { size: 2, step: 2 },
    { size: 1, step: 3 },
    { size: 5, step: 4 },
  ])("unfold in windows of $size every $step", async ({ size, step }) => {
    const shape = [2, 5, 3];
    const x = irregular(shape);
    const data = await elements(x);
    const count = Math.floor((5 - size) / step) + 1;
    const got = T.unfold(x, 1, size, step);
    expect(got.shape).toEqual([2, count, 3, size]);
    const want = indicesOf(got.shape).map(([a, window, b, i]) => data[at(shape, [a, window * step + i, b])]);
    expect(await elements(got)).toEqual(want);
  });

  it("meshgrid in both orders", async () => {
    const [x, y] = [of([1, 2, 3]), of([4, 5])];
    const [a, b] = T.meshgrid([x, y]);
    expect([a.shape, b.shape]).toEqual([
      [3, 2],
      [3, 2],
    ]);
    expect([await elements(a), await elements(b)]).toEqual([
      [1, 1, 2, 2, 3, 3],
      [4, 5, 4, 5, 4, 5],
    ]);
    const [c, d] = T.meshgrid([x, y], { indexing: "xy" });
    expect([await elements(c), await elements(d)]).toEqual([
      [1, 2, 3, 1, 2, 3],
      [4, 4, 4, 5, 5, 5],
    ]);
  });

  it.each([
    { f: () => T.unfold(of([1, 2]), 0, 3, 1), message: /unfold: size 3 must be an integer from 1 to 2/ },
    { f: () => T.moveaxis(irregular([2, 2]), [0, 0], [0, 1]), message: /moveaxis: .* must be pairs, each axis once/ },
    { f: () => T.meshgrid([irregular([2, 2])]), message: /meshgrid: \[2, 2\] must be a vector/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("distances", () => {
  it.each([0, 1, 2, 3, Infinity])("cdist of order %d", async (p) => {
    const [a, b] = [irregular([2, 3, 4]), irregular([5, 4], 1)];
    const [x, y] = [await elements(a), await elements(b)];
    const got = T.cdist(a, b, { p });
    expect(got.shape).toEqual([2, 3, 5]);
    const want = indicesOf(got.shape).map(([n, i, j]) => {
      const terms = [0, 1, 2, 3].map((k) => Math.abs(x[(n * 3 + i) * 4 + k] - y[j * 4 + k]));
      if (p === Infinity) return Math.max(...terms);
      return p === 0 ? terms.filter((t) => t !== 0).length : terms.reduce((s, t) => s + t ** p, 0) ** (1 / p);
    });
    (await elements(got)).forEach((value, i) => expect(value).toBeCloseTo(want[i], 5));
  });

  it("says what is wrong", () => {
    expect(() => T.cdist(irregular([2, 3]), irregular([2, 4]))).toThrow(/cdist: \[2, 3\] and \[2, 4\] must be/);
  });
});

describe("order", () => {
  const shape = [3, 6, 2];
  const lines = async (x: Tensor): Promise<number[][]> => {
    const data = await elements(T.moveaxis(x, 1, -1));
    return Array.from({ length: data.length / x.shape[1] }, (_, i) => data.slice(i * x.shape[1], (i + 1) * x.shape[1]));
  };
  const back = (parts: number[][]): Promise<number[]> =>
    elements(T.moveaxis(of(parts.flat(), [3, 2, parts[0].length]), -1, 1));
  const ties = (): Tensor => T.round(T.mul(irregular(shape), 2));

  it.each([false, true])("sort and argsort, descending %s, keep the order of equals", async (descending) => {
    const x = ties();
    const orders = (await lines(x)).map((line) =>
      line.map((_, i) => i).sort((a, b) => (descending ? line[b] - line[a] : line[a] - line[b])),
    );
    const { values, indices } = T.sort(x, { axis: 1, descending });
    const data = await lines(x);
    expect(await elements(indices)).toEqual(await back(orders));
    expect(await elements(values)).toEqual(await back(orders.map((order, i) => order.map((from) => data[i][from]))));
    expect(await elements(T.argsort(x, { axis: 1, descending }))).toEqual(await elements(indices));
  });

  it("NaN counts as larger than all numbers", async () => {
    const x = of([2, NaN, 3, -Infinity, 1]);
    expect(await elements(T.argsort(x))).toEqual([3, 4, 0, 2, 1]);
    expect(await elements(T.argsort(x, { descending: true }))).toEqual([1, 2, 0, 4, 3]);
  });

  it.each([
    { k: 1, largest: true },
    { k: 4, largest: false },
    { k: 6, largest: true },
    { k: 0, largest: true },
  ])("topk of $k, largest $largest", async ({ k, largest }) => {
    const x = ties();
    const sorted = T.sort(x, { axis: 1, descending: largest });
    const { values, indices } = T.topk(x, k, { axis: 1, largest });
    expect(values.shape).toEqual([3, k, 2]);
    expect(await elements(values)).toEqual(await elements(T.slice(sorted.values, [null, [0, k]])));
    expect(await elements(indices)).toEqual(await elements(T.slice(sorted.indices, [null, [0, k]])));
  });

  it("cumulative sums, products and extremes", async () => {
    const x = irregular(shape);
    const data = await lines(x);
    const running = (fold: (a: number, b: number) => number): number[][] =>
      data.map((line) => line.map((_, i) => line.slice(0, i + 1).reduce(fold)));
    for (const [f, fold] of [
      [T.cumsum, (a: number, b: number) => a + b],
      [T.cumprod, (a: number, b: number) => a * b],
      [(t: Tensor, axis: number) => T.cummax(t, axis).values, Math.max],
      [(t: Tensor, axis: number) => T.cummin(t, axis).values, Math.min],
    ] as const) {
      const want = await back(running((a, b) => fold(a, b)));
      (await elements(f(x, 1))).forEach((value, i) => expect(value).toBeCloseTo(want[i], 5));
    }
  });

  it("cummax tells where: of equals the last, and at the first NaN", async () => {
    const { values, indices } = T.cummax(of([1, 3, 2, 3, NaN, 9]), 0);
    expect(await elements(values)).toEqual([1, 3, 3, 3, NaN, NaN]);
    expect((await elements(indices)).slice(0, 5)).toEqual([0, 1, 1, 3, 4]);
    expect(await elements(T.cummin(of([2, 3, 2, 1]), 0).indices)).toEqual([0, 0, 2, 3]);
  });

  it("diff undoes cumsum, and is taken n times", async () => {
    const x = of([1, 4, 9, 16, 25]);
    expect(await elements(T.diff(x))).toEqual([3, 5, 7, 9]);
    expect(await elements(T.diff(x, { n: 2 }))).toEqual([2, 2, 2]);
    expect(await elements(T.diff(x, { n: 0 }))).toEqual([1, 4, 9, 16, 25]);
    expect(await elements(T.diff(T.reshape(x, [5, 1]), { axis: 0 }))).toEqual([3, 5, 7, 9]);
  });

  it.each([
    { f: () => T.topk(of([1, 2]), 3), message: /topk: k = 3 must be an integer from 0 to 2/ },
    { f: () => T.cumsum(of([1]), 1), message: /cumsum: axis 1 is not one of the 1 axes/ },
    { f: () => T.diff(of([1]), { n: -1 }), message: /diff: n -1 must be an integer/ },
  ])("say what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});
