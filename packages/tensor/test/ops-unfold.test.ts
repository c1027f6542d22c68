import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import { at, elements, indicesOf, irregular } from "./ops-values.ts";

describe("unfold2d and fold2d", () => {
  const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] } as const;

  it("windows become columns: by channel, row and column", async () => {
    const x = irregular([2, 3, 4, 5]);
    const got = T.unfold2d(x, [2, 3], options);
    expect(got.shape).toEqual([2, 18, 3]);
    const data = await elements(x);
    const want = indicesOf([2, 3, 2, 3, 3]).map(([n, c, k, l, row]) => {
      const [i, j] = [row * 2 + k - 1, l * 2];
      return i >= 0 && i < 4 ? data[at(x.shape, [n, c, i, j])] : 0;
    });
    expect(await elements(got)).toEqual(want);
  });

  it("folding adds up what overlaps: it is the transpose of unfolding", async () => {
    const [x, y] = [irregular([2, 3, 4, 5]), irregular([2, 18, 3], 1)];
    const folded = T.fold2d(y, [4, 5], [2, 3], options);
    expect(folded.shape).toEqual(x.shape);
    const [left, right] = [T.sum(T.mul(T.unfold2d(x, [2, 3], options), y)), T.sum(T.mul(x, folded))];
    expect(await left.item()).toBeCloseTo(await right.item(), 4);
    expect(await elements(T.fold2d(T.ones([4, 4]), 3, 2))).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
  });

  it("take a single image and any dtype", async () => {
    const x = T.tensor(Uint8Array.of(1, 2, 3, 4, 5, 6), { shape: [1, 2, 3] });
    const columns = T.unfold2d(x, 2);
    expect([columns.dtype, columns.shape, await elements(columns)]).toEqual(["uint8", [4, 2], [1, 2, 2, 3, 4, 5, 5, 6]]);
    const sums = T.fold2d(columns, [2, 3], 2);
    expect([sums.dtype, await elements(sums)]).toEqual(["int32", [1, 4, 3, 4, 10, 6]]);
    const half = T.fold2d(T.full([1, 4, 1], 2049, { dtype: "float16" }), 2, 2);
    expect([half.dtype, half.shape]).toEqual(["float16", [1, 1, 2, 2]]);
    expect(T.unfold2d(T.zeros([0, 1, 3, 3]), 2).shape).toEqual([0, 4, 4]);
  }); // prettier-ignore

  it.each([
    { f: () => T.unfold2d(T.zeros([3, 3]), 2), message: /unfold2d: the input must be \[batch, channels, height, width\]/ },
    { f: () => T.unfold2d(T.zeros([1, 1, 3, 3]), 4), message: /unfold2d: a window over 4 elements does not fit/ },
    { f: () => T.fold2d(T.zeros([1, 5, 4]), 3, 2), message: /fold2d: \[1, 5, 4\] must have a multiple of 4 rows.* 4 columns/ },
    { f: () => T.fold2d(T.zeros([1, 4, 5]), 3, 2), message: /4 columns, the windows of an image of 3 by 3/ },
    { f: () => T.fold2d(T.zeros([4]), 3, 2), message: /fold2d: the input must be \[batch, channels · kernel, windows\]/ },
    { f: () => T.fold2d(T.zeros([1, 4, 4]), [3, 0], 2), message: /outputSize 3, 0 must be an integer of at least 1/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore
});
