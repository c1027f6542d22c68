import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { InterpolateOptions, Tensor } from "../src/index.ts";
import { elements, irregular, of } from "./ops-values.ts";

const close = async (got: Tensor, want: readonly number[]): Promise<void> => {
  const values = await elements(got);
  expect(values.length).toBe(want.length);
  values.forEach((value, i) => expect(value, `element ${i}`).toBeCloseTo(want[i], 3));
};

const line = of([1, 4, 2, 8, 5], [1, 1, 5]);
const row = of([1, 4, 2, 8, 5], [1, 1, 1, 5]);

describe("interpolate", () => {
  it.each<{ x: Tensor; options: InterpolateOptions; want: number[] }>([
    { x: line, options: { size: 3 }, want: [1, 4, 8] },
    { x: line, options: { size: 3, mode: "nearest-exact" }, want: [1, 2, 5] },
    { x: line, options: { scaleFactor: 1.7 }, want: [1, 1, 4, 4, 2, 2, 8, 5] },
    { x: line, options: { scaleFactor: 1.7, mode: "nearest-exact" }, want: [1, 1, 4, 2, 2, 8, 8, 5] },
    { x: line, options: { size: [10] }, want: [1, 1, 4, 4, 2, 2, 8, 8, 5, 5] },
    { x: line, options: { size: 3, mode: "linear" }, want: [2, 2, 6] },
    { x: line, options: { size: 8, mode: "linear" }, want: [1, 2.3125, 3.875, 2.625, 3.875, 7.625, 6.3125, 5] },
    { x: line, options: { size: 8, mode: "linear", alignCorners: true }, want: [1, 2.7143, 3.7143, 2.5714, 3.7143, 7.1429, 6.7143, 5] },
    { x: line, options: { size: 1, mode: "linear", alignCorners: true }, want: [1] },
    { x: line, options: { scaleFactor: [1.5], mode: "linear" }, want: [1, 2.5, 3.6667, 2.3333, 5, 7.5, 5.5] },
    { x: line, options: { scaleFactor: 1.1, mode: "linear" }, want: [1, 4, 2, 8, 5] },
    { x: line, options: { size: 3, mode: "area" }, want: [2.5, 4.6667, 6.5] },
    { x: row, options: { size: [2, 3], mode: "area" }, want: [2.5, 4.6667, 6.5, 2.5, 4.6667, 6.5] },
    { x: row, options: { size: [1, 3], mode: "bicubic" }, want: [2.0556, 2, 6.2778] },
    { x: row, options: { size: [1, 7], mode: "bicubic" }, want: [0.7638, 2.9504, 3.5379, 2, 6.6574, 7.3703, 4.7638] },
    { x: row, options: { size: [1, 7], mode: "bicubic", alignCorners: true }, want: [1, 3.2778, 3.3704, 2, 6.3333, 7.7222, 5] },
    { x: row, options: { size: [1, 3], mode: "bilinear", antialias: true }, want: [2.2857, 3.7778, 6.2857] },
    { x: row, options: { scaleFactor: [1, 0.7], mode: "bilinear", antialias: true }, want: [2.0385, 3.037, 6.3548] },
    { x: row, options: { size: [1, 2], mode: "bicubic", antialias: true }, want: [2.5652, 5.6246] },
    { x: row, options: { size: [1, 7], mode: "bicubic", antialias: true }, want: [0.8252, 2.8116, 3.5598, 2, 6.7085, 7.0776, 4.8252] },
  ])("$options", async ({ x, options, want }) => {
    await close(T.interpolate(x, options), want);
  }); // prettier-ignore

  it.each<{ mode: T.InterpolateMode; shape: number[] }>([
    { mode: "bilinear", shape: [3, 4] },
    { mode: "trilinear", shape: [2, 3, 4] },
    { mode: "bicubic", shape: [5, 4] },
  ])("$mode of a slope is the slope, one axis after the other", async ({ mode, shape }) => {
    const x = irregular([2, 3, ...shape]);
    const size = shape.map((n) => 2 * n - 1);
    const got = T.interpolate(x, { size, mode, alignCorners: true });
    expect(got.shape).toEqual([2, 3, ...size]);
    // With the corners in place every second element is one of the input.
    const again = T.slice(got, [null, null, ...shape.map((): T.Range => [0, null, 2])]);
    await close(again, await elements(x));
  });

  it("nearest picks, and keeps the dtype: by whole steps, by repeats, and otherwise", async () => {
    const x = T.tensor(Uint8Array.of(1, 2, 3, 4, 5, 6), { shape: [1, 1, 6] });
    const picked = async (options: InterpolateOptions): Promise<number[]> => {
      const got = T.interpolate(x, options);
      expect(got.dtype).toBe("uint8");
      return elements(got);
    };
    expect(await picked({ size: 3 })).toEqual([1, 3, 5]);
    expect(await picked({ size: 3, mode: "nearest-exact" })).toEqual([2, 4, 6]);
    expect(await picked({ size: 2, mode: "nearest-exact" })).toEqual([2, 5]);
    expect(await picked({ size: 12, mode: "nearest-exact" })).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
    expect(await picked({ size: 4 })).toEqual([1, 2, 4, 5]);
    expect(await picked({ size: 1 })).toEqual([1]);
    expect(await picked({ size: 6 })).toEqual([1, 2, 3, 4, 5, 6]);
    const flags = T.interpolate(T.tensor([true, false], { shape: [1, 1, 2] }), { size: 3 });
    expect([flags.dtype, await elements(flags)]).toEqual(["bool", [1, 1, 0]]);
    expect(T.interpolate(x, { size: 4, mode: "linear" }).dtype).toBe("float32");
  });

  it("a whole number of steps is found exactly, however the factor is rounded", async () => {
    const x = T.reshape(T.arange(49), [1, 1, 49]);
    const thirds = T.interpolate(T.slice(x, [null, null, [0, 3]]), { scaleFactor: 49 });
    expect(await elements(thirds)).toEqual(Array.from({ length: 147 }, (_, i) => Math.floor(i / 49)));
    const nearest = async (n: number, scaleFactor: number, mode: "nearest" | "nearest-exact") =>
      elements(T.interpolate(T.reshape(T.arange(n), [1, 1, n]), { scaleFactor, mode }));
    expect((await nearest(36, 1.1, "nearest"))[33]).toBe(30);
    expect((await nearest(20, 2.2, "nearest"))[33]).toBe(15);
    expect((await nearest(36, 1.1, "nearest-exact"))[16]).toBe(15);
  });

  it("what has no weight is not looked at: infinities and NaN stay where they are", async () => {
    const x = of([1, Infinity, 3, 4, NaN, 6], [1, 1, 6]);
    expect(await elements(T.interpolate(x, { size: 3, mode: "linear" }))).toEqual([Infinity, 3.5, NaN]);
    expect(await elements(T.interpolate(x, { size: 11, mode: "linear", alignCorners: true }))).toEqual([
      1, Infinity, Infinity, Infinity, 3, 3.5, 4, NaN, NaN, NaN, 6,
    ]); // prettier-ignore
  });

  it("rounds float16 once, and takes no images", async () => {
    const half = T.cast(of([0, 1, 1000], [1, 1, 3]), "float16");
    const got = T.interpolate(half, { size: 2, mode: "linear" });
    expect([got.dtype, await elements(got)]).toEqual(["float16", [0.25, 750]]);
    expect(T.interpolate(T.zeros([0, 3, 4, 4]), { size: 2, mode: "bilinear" }).shape).toEqual([0, 3, 2, 2]);
  });

  it("works with what a compiled function is given", async () => {
    const half = T.compile((x: Tensor) => T.interpolate(x, { size: 3, mode: "linear" }));
    for (let i = 0; i < 4; i++) await close(await half(T.add(line, i)), [2 + i, 2 + i, 6 + i]);
  });

  it.each<{ x?: Tensor; options: InterpolateOptions; message: RegExp }>([
    { options: {}, message: /interpolate: give either size or scaleFactor/ },
    { options: { size: 3, scaleFactor: 2 }, message: /give either size or scaleFactor/ },
    { options: { size: [3, 3] }, message: /size \[3, 3\] must be one number, or 1, one for each axis/ },
    { options: { size: 2.5 }, message: /size 2.5 must be positive integers/ },
    { options: { size: 0 }, message: /size 0 must be positive integers/ },
    { options: { scaleFactor: 0.1 }, message: /scaleFactor 0.1 must be finite, and leave something of \[1, 1, 5\]/ },
    { options: { scaleFactor: NaN }, message: /scaleFactor NaN must be finite/ },
    { options: { scaleFactor: Infinity }, message: /scaleFactor Infinity must be finite/ },
    { options: { size: 3, mode: "cubic" as "bicubic" }, message: /mode "cubic" is none of nearest, nearest-exact, linear/ },
    { options: { size: 3, mode: "bilinear" }, message: /\[1, 1, 5\] must be \[batch, channels\] and, for mode "bilinear", 2 further axes/ },
    { options: { size: 3, alignCorners: true }, message: /alignCorners is for the linear modes and bicubic, not for mode "nearest"/ },
    { options: { size: 3, mode: "linear", antialias: true }, message: /antialias is for the modes bilinear and bicubic/ },
    { x: T.zeros([5]), options: { size: 3 }, message: /\[5\] must be \[batch, channels\] and, for mode "nearest", 1 to 3 further axes/ },
    { x: T.zeros([1, 1, 0]), options: { size: 3 }, message: /not of extent 0/ },
  ])("says what is wrong: $message", ({ x = line, options, message }) => {
    expect(() => T.interpolate(x, options)).toThrow(message);
  }); // prettier-ignore
});

describe("gridSample", () => {
  const image = of([1, 2, 4, 8, 16, 32], [1, 1, 2, 3]);
  const places = of([0, 0, -1, -1, 1, 0.5, -1.4, 0.3, 2.5, -3, 0.1, 0.6], [1, 2, 3, 2]);

  it.each([
    { mode: "bilinear", paddingMode: "zeros", edges: [9, 0.25, 16, 0, 0, 16.56], corners: [9, 1, 25, 3.33, 0, 14.52] },
    { mode: "bilinear", paddingMode: "border", edges: [9, 1, 32, 6.6, 4, 18.4], corners: [9, 1, 25, 5.55, 4, 14.52] },
    { mode: "bilinear", paddingMode: "reflection", edges: [9, 1, 32, 7.26, 10, 18.4], corners: [9, 1, 25, 7.77, 12, 14.52] },
    { mode: "nearest", paddingMode: "zeros", edges: [2, 1, 32, 0, 0, 16], corners: [2, 1, 32, 8, 0, 16] },
    { mode: "nearest", paddingMode: "border", edges: [2, 1, 32, 8, 4, 16], corners: [2, 1, 32, 8, 4, 16] },
    { mode: "nearest", paddingMode: "reflection", edges: [2, 1, 32, 8, 8, 16], corners: [2, 1, 32, 8, 8, 16] },
    { mode: "bicubic", paddingMode: "zeros", edges: [10.6875, -0.0635, 17.5, -0.4593, 0, 18.5998], corners: [10.6875, 1, 29.1719, 3.3347, 0, 17.0232] },
    { mode: "bicubic", paddingMode: "border", edges: [9, 0.3115, 33.5, 6.768, 4, 19.6869], corners: [9, 1, 25.6562, 5.0571, 4, 15.0571] },
    { mode: "bicubic", paddingMode: "reflection", edges: [9, -0.2539, 35, 7.2316, 10.7676, 19.7973], corners: [9, 1, 27.625, 6.8475, 9.75, 16.2766] },
  ] as const)("$mode, $paddingMode", async ({ mode, paddingMode, edges, corners }) => {
    await close(T.gridSample(image, places, { mode, paddingMode }), edges);
    await close(T.gridSample(image, places, { mode, paddingMode, alignCorners: true }), corners);
  }); // prettier-ignore

  it.each(["bilinear", "nearest", "bicubic"] as const)(
    "%s: the places of the elements give the image, in channels and batches",
    async (mode) => {
      const x = irregular([2, 3, 4, 5]);
      for (const alignCorners of [false, true]) {
        const identity = T.expand(of([1, 0, 0, 0, 1, 0], [1, 2, 3]), [2, 2, 3]);
        const grid = T.affineGrid(identity, x.shape, { alignCorners });
        await close(T.gridSample(x, grid, { mode, alignCorners }), await elements(x));
      }
    },
  );

  it.each(["zeros", "border", "reflection"] as const)(
    "with %s nothing is read outside, wherever a place is",
    async (paddingMode) => {
      const [neighbour, x] = [of([1e9], [1, 1, 1, 1]), of([3], [1, 1, 1, 1])];
      const images = T.concat([T.expand(neighbour, [1, 1, 2, 2]), T.expand(x, [1, 1, 2, 2])]);
      const far = [NaN, Infinity, -Infinity, 1e30, -1e30, 3e9].flatMap((u) => [u, 0, 0, u, u, u]);
      const grid = T.expand(of(far, [1, 6, 3, 2]), [2, 6, 3, 2]);
      for (const mode of ["bilinear", "nearest", "bicubic"] as const) {
        const second = T.select(T.gridSample(images, grid, { mode, paddingMode }), 0, 1);
        for (const value of await elements(second)) {
          if (paddingMode === "zeros") expect(Math.abs(value)).toBeLessThan(3.5);
          else expect(value).toBeCloseTo(3, 4);
        }
      }
    },
  );

  it("NaN counts as -1, zeros hide what is not finite, and integers stay", async () => {
    const x = T.tensor(Uint8Array.of(7, 8, 9, 10), { shape: [1, 1, 2, 2] });
    const got = T.gridSample(x, of([NaN, 0.9, 0.9, NaN, 5, 0], [1, 1, 3, 2]), { mode: "nearest" });
    expect([got.dtype, await elements(got)]).toEqual(["uint8", [9, 8, 0]]);
    expect(T.gridSample(x, T.zeros([1, 1, 1, 2])).dtype).toBe("float32");
    const edge = T.full([1, 1, 2, 2], Infinity);
    expect(await elements(T.gridSample(edge, of([3, 0], [1, 1, 1, 2])))).toEqual([0]);
  });

  it("of no places, no channels", () => {
    expect(T.gridSample(T.zeros([2, 3, 4, 4]), T.zeros([2, 0, 5, 2])).shape).toEqual([2, 3, 0, 5]);
    expect(T.gridSample(T.zeros([2, 0, 4, 4]), T.zeros([2, 3, 5, 2])).shape).toEqual([2, 0, 3, 5]);
  });

  it.each([
    { f: () => T.gridSample(T.zeros([1, 4, 4]), T.zeros([1, 2, 2, 2])), message: /\[1, 4, 4\] must be \[batch, channels, height, width\]/ },
    { f: () => T.gridSample(T.zeros([1, 1, 0, 4]), T.zeros([1, 2, 2, 2])), message: /height and width that are not 0/ },
    { f: () => T.gridSample(T.zeros([2, 1, 4, 4]), T.zeros([1, 2, 2, 2])), message: /the grid \[1, 2, 2, 2\] must be \[2, height, width, 2\]/ },
    { f: () => T.gridSample(image, places, { mode: "linear" as "bilinear" }), message: /mode "linear" is none of bilinear, nearest, bicubic/ },
    { f: () => T.gridSample(image, places, { paddingMode: "edge" as "border" }), message: /paddingMode "edge" is none of zeros, border, reflection/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore
});

describe("affineGrid", () => {
  it("gives the centres of elements, mapped", async () => {
    const theta = of([2, 0, 10, 0, 1, -1], [1, 2, 3]);
    const grid = T.affineGrid(theta, [1, 3, 2, 4]);
    expect(grid.shape).toEqual([1, 2, 4, 2]);
    await close(grid, [8.5, -1.5, 9.5, -1.5, 10.5, -1.5, 11.5, -1.5, 8.5, -0.5, 9.5, -0.5, 10.5, -0.5, 11.5, -0.5]);
    await close(T.affineGrid(theta, [1, 3, 2, 3], { alignCorners: true }), [8, -2, 10, -2, 12, -2, 8, 0, 10, 0, 12, 0]);
  });

  it("takes volumes, x first; one element lies in the middle", async () => {
    const theta = of([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 5], [1, 3, 4]);
    const grid = T.affineGrid(theta, [1, 1, 2, 1, 2], { alignCorners: true });
    expect(grid.shape).toEqual([1, 2, 1, 2, 3]);
    await close(grid, [-1, 0, 4, 1, 0, 4, -1, 0, 6, 1, 0, 6]);
  });

  it.each([
    { f: () => T.affineGrid(T.zeros([1, 2, 3]), [1, 1, 4]), message: /size \[1, 1, 4\] must be 4 or 5 positive integers/ },
    { f: () => T.affineGrid(T.zeros([1, 2, 3]), [1, 1, 4, 0]), message: /must be 4 or 5 positive integers/ },
    { f: () => T.affineGrid(T.zeros([1, 2, 3]), [2, 1, 4, 4]), message: /theta \[1, 2, 3\] must be \[2, 2, 3\] for size \[2, 1, 4, 4\]/ },
    { f: () => T.affineGrid(T.zeros([1, 2, 3]), [1, 1, 4, 4, 4]), message: /must be \[1, 3, 4\]/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore
});
