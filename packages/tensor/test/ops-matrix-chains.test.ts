import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Tensor } from "../src/index.ts";
import { elements, irregular, of } from "./ops-values.ts";

const ints = (...data: number[]): Tensor => T.tensor(Int32Array.from(data));

async function expectClose(got: Tensor, want: Tensor): Promise<void> {
  expect(got.shape).toEqual(want.shape);
  const [a, b] = [await elements(got), await elements(want)];
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i], 5));
}

describe("products of vectors", () => {
  it.each([
    { name: "dot", f: T.dot },
    { name: "vdot", f: T.vdot },
  ])("$name", async ({ name, f }) => {
    expect(await f(of([1, 2, 3]), of([4, 5, -6])).item()).toBe(-4);
    expect(await f(of([]), of([])).item()).toBe(0);
    const integer = f(ints(1, 2), ints(3, 4));
    expect([integer.dtype, await integer.item()]).toEqual(["int32", 11]);
    expect(f(ints(1, 2), of([0.5, 0])).dtype).toBe("float32");
    const half = f(T.cast(T.ones([2049]), "float16"), T.cast(T.ones([2049]), "float16"));
    expect([half.dtype, await half.item()]).toEqual(["float16", 2048]); // 2049, rounded once
    for (const other of [of([1, 2, 3, 4]), T.ones([3, 1]), T.ones([])]) {
      expect(() => f(of([1, 2, 3]), other)).toThrow(
        new RegExp(`^${name}: \\[3\\] and \\[.*\\] must be vectors of one length`),
      );
    }
  });

  it("mv", async () => {
    expect(await elements(T.mv(of([1, 2, 3, 4, 5, 6], [2, 3]), of([1, 0, -1])))).toEqual([-2, -2]);
    expect(await elements(T.mv(T.zeros([2, 0]), of([])))).toEqual([0, 0]);
    expect(() => T.mv(T.ones([2, 3]), T.ones([2]))).toThrow(/mv: \[2, 3\] and \[2\] must be \[m, n\] and \[n\]/);
    expect(() => T.mv(T.ones([2, 3, 3]), T.ones([3]))).toThrow(/mv: \[2, 3, 3\]/);
    expect(() => T.mv(T.cast(T.eye(2), "int32"), ints(1, 2))).toThrow(/mv: products of int32 and int32/);
  });
});

describe("multiDot", () => {
  it.each([
    { shapes: [[2, 3], [3, 4]] },
    { shapes: [[2, 3], [3, 4], [4, 5]] },
    { shapes: [[10, 2], [2, 30], [30, 1], [1, 7], [7, 3]] },
    { shapes: [[3], [3, 4], [4, 5]] },
    { shapes: [[2, 3], [3, 4], [4]] },
    { shapes: [[3], [3, 3], [3]] },
    { shapes: [[3], [3]] },
    { shapes: [[2, 0], [0, 3], [3, 2]] },
  ])("$shapes", async ({ shapes }) => {
    const list = shapes.map((shape, i) => irregular(shape, i));
    await expectClose(T.multiDot(list), list.reduce((a, b) => T.matmul(a, b)));
  }); // prettier-ignore

  /** How many multiplications the products below a tensor take. */
  function costOf(t: Tensor): number {
    const seen = new Set<Tensor["node"]>();
    const visit = (node: Tensor["node"]): number => {
      if (seen.has(node)) return 0;
      seen.add(node);
      const own = node.kind === "matmul" ? node.size * (node.inputs[0].shape.at(-1) ?? 0) : 0;
      return node.inputs.reduce((sum, input) => sum + visit(input), own);
    };
    return visit(t.node);
  }

  it.each([
    { extents: [10, 100, 5, 50], least: 7500 },
    { extents: [50, 5, 100, 10], least: 7500 },
    { extents: [30, 35, 15, 5, 10, 20, 25], least: 15125 },
    { extents: [1, 2, 3, 4, 5], least: 38 },
  ])("takes the cheapest order, $extents", ({ extents, least }) => {
    const list = extents.slice(1).map((extent, i) => T.add(T.zeros([extents[i], extent]), i));
    expect(costOf(T.multiDot(list))).toBe(least);
  });

  it.each<[name: string, list: Tensor[], message: RegExp]>([
    ["one matrix", [T.eye(2)], /multiDot: 1 matrices; give at least two/],
    [
      "a vector in the middle",
      [T.eye(2), T.ones([2]), T.eye(2)],
      /multiDot: \[2, 2\], \[2\], \[2, 2\]: all must be matrices/,
    ],
    ["three axes", [T.ones([1, 2, 2]), T.eye(2)], /multiDot: .*all must be matrices/],
    [
      "extents that differ",
      [T.ones([2, 3]), T.ones([3, 4]), T.ones([5, 2])],
      /inner extents 4 and 5 before matrix 2 differ/,
    ],
    ["integers", [T.cast(T.eye(2), "int32"), T.cast(T.eye(2), "int32")], /multiDot: products of int32/],
  ])("refuses %s", (_, list, message) => {
    expect(() => T.multiDot(list)).toThrow(message);
  });
});

describe("matrixPower", () => {
  it.each([0, 1, 2, 3, 5, 8, 13])("%s", async (n) => {
    const x = T.mul(irregular([2, 3, 3]), 0.6);
    let want = T.expand(T.eye(3), [2, 3, 3]);
    for (let i = 0; i < n; i++) want = T.matmul(want, x);
    await expectClose(T.matrixPower(x, n), want);
  });

  it("of float16, and of nothing", () => {
    expect(T.matrixPower(T.cast(T.eye(2), "float16"), 0).dtype).toBe("float16");
    expect(T.matrixPower(T.zeros([0, 0]), 2).shape).toEqual([0, 0]);
  });

  it.each<[name: string, x: Tensor, n: number, message: RegExp]>([
    ["a negative power", T.eye(2), -1, /matrixPower: n -1 .* await linalg\.inv\(x\)/],
    ["half a power", T.eye(2), 0.5, /matrixPower: n 0\.5/],
    ["what is not square", T.ones([2, 3]), 2, /matrixPower: \[2, 3\] must be square/],
    ["a vector", T.ones([2]), 2, /matrixPower: \[2\] must be square/],
    ["integers", T.cast(T.eye(2), "int32"), 2, /matrixPower: products of int32/],
  ])("refuses %s", (_, x, n, message) => {
    expect(() => T.matrixPower(x, n)).toThrow(message);
  });
});
