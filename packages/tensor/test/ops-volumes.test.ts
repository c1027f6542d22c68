import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Conv3dOptions, ConvTranspose3dOptions, Tensor } from "../src/index.ts";
import { at, elements, indicesOf, irregular, of } from "./ops-values.ts";

type Three = readonly [number, number, number];

const close = async (got: Tensor, want: readonly number[]): Promise<void> => {
  const values = await elements(got);
  expect(values.length).toBe(want.length);
  values.forEach((value, i) => expect(value, `element ${i}`).toBeCloseTo(want[i], 4));
};

interface ConvCase {
  readonly name: string;
  readonly input: Three;
  readonly kernel: Three;
  readonly stride?: Three;
  readonly padding?: Three;
  readonly dilation?: Three;
  readonly outputPadding?: Three;
  readonly groups?: number;
}

const convCases: readonly ConvCase[] = [
  { name: "plain", input: [3, 4, 5], kernel: [2, 3, 2] },
  { name: "1 by 1 by 1", input: [2, 3, 2], kernel: [1, 1, 1] },
  { name: "strided and padded", input: [5, 4, 6], kernel: [3, 2, 3], stride: [2, 1, 2], padding: [1, 1, 2] },
  { name: "with a stride longer than the kernel", input: [7, 3, 3], kernel: [2, 2, 2], stride: [3, 1, 1] },
  { name: "dilated", input: [5, 4, 3], kernel: [3, 2, 2], dilation: [2, 3, 1] },
  { name: "all of it", input: [5, 6, 4], kernel: [2, 3, 2], stride: [3, 2, 1], padding: [2, 1, 1], dilation: [2, 1, 2] },
  { name: "in groups", input: [3, 3, 4], kernel: [2, 2, 2], padding: [1, 0, 1], groups: 2 },
  { name: "depthwise", input: [3, 3, 3], kernel: [2, 2, 1], groups: 4 },
]; // prettier-ignore

const transposedCases: readonly ConvCase[] = [
  ...convCases,
  { name: "cut by padding as deep as the kernel", input: [3, 3, 3], kernel: [3, 2, 2], stride: [2, 1, 1], padding: [2, 0, 0] },
  { name: "with output padding", input: [2, 3, 2], kernel: [2, 3, 2], stride: [3, 2, 2], padding: [0, 1, 1], outputPadding: [2, 1, 0] },
]; // prettier-ignore

const ones: Three = [1, 1, 1];
const none: Three = [0, 0, 0];

/** Visits what belongs together: an element of the wide side, one of the other, and one of the filter. */
function forEachTap(
  wide: readonly number[],
  narrow: readonly number[],
  { kernel, stride = ones, padding = none, dilation = ones }: ConvCase,
  visit: (wide: readonly number[], narrow: readonly number[], tap: readonly number[]) => void,
): void {
  for (const tap of indicesOf(kernel)) {
    for (const place of indicesOf(narrow)) {
      const from = place.map((i, axis) => i * stride[axis] + tap[axis] * dilation[axis] - padding[axis]);
      if (from.every((i, axis) => i >= 0 && i < wide[axis])) visit(from, place, tap);
    }
  }
}

describe("conv3d", () => {
  it.each(convCases)("$name", async (each) => {
    const { input, kernel, groups = 1, stride, padding, dilation } = each;
    const [x, w] = [irregular([2, 4, ...input]), irregular([2 * groups, 4 / groups, ...kernel], 1)];
    const got = T.conv3d(x, w, { stride, padding, dilation, groups });
    const [a, b] = [await elements(x), await elements(w)];
    const want = new Array<number>(got.size).fill(0);
    for (const [n, o, c] of indicesOf([2, 2 * groups, 4 / groups])) {
      const channel = Math.floor(o / 2) * (4 / groups) + c;
      forEachTap(input, got.shape.slice(2), each, (from, to, tap) => {
        want[at(got.shape, [n, o, ...to])] += a[at(x.shape, [n, channel, ...from])] * b[at(w.shape, [o, c, ...tap])];
      });
    }
    await close(got, want);
  });

  it("of depth 1 is conv2d, and sums over depth as many", async () => {
    const [x, w] = [irregular([2, 3, 1, 5, 4]), irregular([2, 3, 1, 3, 2], 1)];
    const flat = T.conv2d(T.squeeze(x, 2), T.squeeze(w, 2), { padding: 1 });
    const got = T.conv3d(x, w, { padding: [0, 1, 1] });
    expect(got.shape).toEqual([2, 2, 1, 5, 5]);
    expect(await elements(got)).toEqual(await elements(flat));
    const back = T.convTranspose2d(T.squeeze(x, 2), T.select(irregular([3, 2, 1, 3, 2], 1), 2, 0), { stride: 2 });
    const spread = T.convTranspose3d(x, irregular([3, 2, 1, 3, 2], 1), { stride: [1, 2, 2] });
    expect(await elements(spread)).toEqual(await elements(back));
  });

  it("takes a bias, a single volume, and padding same with the odd element at the end", async () => {
    const [x, w] = [irregular([2, 3, 4, 5]), irregular([3, 2, 2, 3, 4], 1)];
    const same = T.conv3d(x, w, { padding: "same", bias: of([1, 2, 3]), dilation: [2, 1, 1] });
    expect(same.shape).toEqual([3, 3, 4, 5]);
    const wide = T.conv3d(T.pad(x, [1, 2, 1, 1, 1, 1]), w, { padding: "valid", dilation: [2, 1, 1] });
    await close(same, await elements(T.add(wide, of([1, 2, 3], [3, 1, 1, 1]))));
  });

  it("sums float16 in float32", async () => {
    const x = T.cast(of([2048, 1, 1], [1, 1, 3, 1, 1]), "float16");
    const got = T.conv3d(x, T.ones([1, 1, 3, 1, 1], { dtype: "float16" }));
    expect([got.dtype, await elements(got)]).toEqual(["float16", [2050]]);
  });

  it("no volumes give none", () => {
    expect(T.conv3d(T.zeros([0, 1, 3, 3, 3]), T.zeros([2, 1, 2, 2, 2])).shape).toEqual([0, 2, 2, 2, 2]);
  });

  const volume = T.zeros([1, 2, 3, 4, 5]);
  it.each<{ weight?: Tensor; options?: Conv3dOptions; x?: Tensor; message: RegExp }>([
    { x: T.zeros([3, 4, 5]), message: /conv3d: the input must be \[batch, channels, depth, height, width\]/ },
    { weight: T.zeros([1, 3, 2, 2, 2]), message: /it must be \[outputs, 2, kernel, kernel, kernel\]/ },
    { weight: T.zeros([1, 2, 4, 2, 2]), message: /a window over 4 elements does not fit axis -3, which has 3/ },
    { options: { stride: [1, 2] as unknown as Three }, message: /stride \[1, 2\] must be one number, or 3/ },
    { options: { groups: 3 }, message: /groups 3/ },
    { options: { bias: T.zeros([2]) }, message: /bias \[2\] must be \[1\]/ },
    { options: { padding: "same", stride: 2 }, message: /padding "same" needs stride 1/ },
  ])("says what is wrong: $message", ({ x = volume, weight = T.zeros([1, 2, 2, 2, 2]), options, message }) => {
    expect(() => T.conv3d(x, weight, options)).toThrow(message);
  });
});

describe("convTranspose3d", () => {
  it.each(transposedCases)("$name", async (each) => {
    const { input, kernel, groups = 1, outputPadding, ...geometry } = each;
    const { stride = ones, padding = none, dilation = ones } = geometry;
    const [x, w] = [irregular([2, 4, ...input]), irregular([4, 2, ...kernel], 1)];
    const got = T.convTranspose3d(x, w, { stride, padding, dilation, outputPadding, groups });
    const extents = input.map((n, axis) => {
      return (n - 1) * stride[axis] - 2 * padding[axis] + dilation[axis] * (kernel[axis] - 1) + (outputPadding?.[axis] ?? 0) + 1;
    }); // prettier-ignore
    expect(got.shape).toEqual([2, 2 * groups, ...extents]);
    const [a, b] = [await elements(x), await elements(w)];
    const want = new Array<number>(got.size).fill(0);
    for (const [n, c, o] of indicesOf([2, 4, 2])) {
      const channel = Math.floor(c / (4 / groups)) * 2 + o;
      forEachTap(extents, input, each, (to, from, tap) => {
        want[at(got.shape, [n, channel, ...to])] += a[at(x.shape, [n, c, ...from])] * b[at(w.shape, [c, o, ...tap])];
      });
    }
    await close(got, want);
  });

  it.each<{ options: ConvTranspose3dOptions; message: RegExp }>([
    { options: { outputPadding: 1 }, message: /convTranspose3d: outputPadding 1, 1, 1 must be smaller/ },
    { options: { padding: 3 }, message: /leave no output/ },
  ])("says what is wrong: $message", ({ options, message }) => {
    expect(() => T.convTranspose3d(T.zeros([1, 2, 2, 2, 2]), T.zeros([2, 1, 2, 2, 2]), options)).toThrow(message);
  });
});

describe("convolutions of integers", () => {
  const ints = (shape: number[]): Tensor => T.zeros(shape, { dtype: "int32" });

  it.each([
    { name: "conv1d", f: T.conv1d, axes: 1 },
    { name: "conv2d", f: T.conv2d, axes: 2 },
    { name: "conv3d", f: T.conv3d, axes: 3 },
    { name: "convTranspose1d", f: T.convTranspose1d, axes: 1 },
    { name: "convTranspose2d", f: T.convTranspose2d, axes: 2 },
    { name: "convTranspose3d", f: T.convTranspose3d, axes: 3 },
  ])("$name refuses them, but takes them beside floats", ({ name, f, axes }) => {
    const sizes = new Array<number>(axes).fill(2);
    expect(() => f(ints([1, 1, ...sizes]), ints([1, 1, ...sizes]))).toThrow(
      new RegExp(`${name}: products of int32 and int32 .* cast one operand`),
    );
    expect(f(ints([1, 1, ...sizes]), T.zeros([1, 1, ...sizes])).dtype).toBe("float32");
  });
});

interface PoolCase {
  readonly input: Three;
  readonly kernel: Three;
  readonly stride: Three;
  readonly padding: Three;
  readonly ceilMode: boolean;
  readonly output: Three;
}

const poolCases: readonly PoolCase[] = [
  { input: [4, 5, 6], kernel: [2, 2, 3], stride: [2, 2, 3], padding: none, ceilMode: false, output: [2, 2, 2] },
  { input: [3, 4, 5], kernel: [3, 2, 3], stride: [1, 2, 2], padding: [1, 1, 1], ceilMode: false, output: [3, 3, 3] },
  { input: [4, 5, 6], kernel: [3, 2, 3], stride: [2, 2, 2], padding: none, ceilMode: true, output: [2, 3, 3] },
  { input: [4, 3, 2], kernel: [5, 4, 3], stride: [2, 3, 4], padding: none, ceilMode: true, output: [1, 1, 1] },
  { input: [2, 3, 4], kernel: [4, 2, 6], stride: [3, 1, 4], padding: [0, 1, 1], ceilMode: true, output: [1, 4, 1] },
];

const told = ({ input, kernel, stride, padding, ceilMode }: PoolCase): string =>
  `${input.join()} by ${kernel.join()}, stride ${stride.join()}, padding ${padding.join()}${ceilMode ? ", rounded up" : ""}`;

/** What the window of each output covers, as ranges within the padded input. */
const windowsOf = ({ input, kernel, stride, padding, output }: PoolCase) =>
  indicesOf(output).map((place) =>
    place.map((i, axis) => {
      const start = i * stride[axis] - padding[axis];
      const stop = Math.min(start + kernel[axis], input[axis] + padding[axis]);
      return { start: Math.max(0, start), stop: Math.min(stop, input[axis]), padded: stop - start };
    }),
  );

describe("pooling of volumes", () => {
  it.each(poolCases.map((each) => ({ name: told(each), each })))("$name", async ({ each }) => {
    const { input, kernel, stride, padding, ceilMode, output } = each;
    const x = irregular([2, 3, ...input]);
    const data = await elements(x);
    const volume = input.reduce((a, b) => a * b);
    const inside = windowsOf(each).map((ranges) =>
      indicesOf(ranges.map(({ start, stop }) => stop - start)).map((i) => at(input, i.map((k, axis) => ranges[axis].start + k))),
    ); // prettier-ignore
    const lines = Array.from({ length: 6 }, (_, n) => inside.map((places) => places.map((i) => n * volume + i))).flat();
    const largest = lines.map((places) => places.reduce((best, i) => (data[i] > data[best] ? i : best)));
    const { values, indices } = T.maxPool3dWithIndices(x, kernel, { stride, padding, ceilMode });
    expect(values.shape).toEqual([2, 3, ...output]);
    expect(await elements(values)).toEqual(largest.map((i) => data[i]));
    expect([indices.dtype, await elements(indices)]).toEqual(["int32", largest.map((i) => i % volume)]);
    const padded = windowsOf(each).map((ranges) => ranges.reduce((count, range) => count * range.padded, 1));
    for (const countIncludePad of [true, false]) {
      const means = lines.map((places, i) => {
        return places.reduce((sum, k) => sum + data[k], 0) / (countIncludePad ? padded[i % padded.length] : places.length);
      }); // prettier-ignore
      await close(T.avgPool3d(x, kernel, { stride, padding, ceilMode, countIncludePad }), means);
    }
  });

  it("of equal elements the first counts: by depth, then row, then column", async () => {
    const { indices } = T.maxPool3dWithIndices(T.ones([2, 3, 4]), [2, 2, 2], { stride: 1 });
    expect(await elements(indices)).toEqual([0, 1, 2, 4, 5, 6]);
    const later = T.maxPool3dWithIndices(of([0, 1, 1, 0, 1, 1, 1, 1], [2, 2, 2]), 2);
    expect(await elements(later.indices)).toEqual([1]);
  });

  it("dilated maxima, and strides by the window unless told otherwise", async () => {
    const x = T.reshape(T.arange(27), [3, 3, 3]);
    const { values, indices } = T.maxPool3dWithIndices(x, 2, { dilation: 2, stride: 1 });
    expect([values.dtype, await elements(values), await elements(indices)]).toEqual(["int32", [26], [26]]);
    expect(T.maxPool3d(irregular([1, 6, 4, 9]), [3, 2, 2]).shape).toEqual([1, 2, 2, 4]);
    expect(T.avgPool3d(irregular([1, 1, 6, 4, 9]), 2).shape).toEqual([1, 1, 3, 2, 4]);
    expect(T.maxPool3d(T.zeros([0, 3, 4, 4, 4]), 2).shape).toEqual([0, 3, 2, 2, 2]);
  });

  it.each([
    { input: [5, 3, 4], output: [2, 2, 3] },
    { input: [4, 6, 2], output: [2, 3, 1] },
    { input: [3, 2, 5], output: [4, 2, 5] },
  ])("adaptive, $input to $output", async ({ input, output }) => {
    const x = irregular([2, ...input]);
    const data = await elements(x);
    const windows = indicesOf([2, ...output]).map(([n, ...place]) => {
      const start = place.map((i, axis) => Math.floor((i * input[axis]) / output[axis]));
      const length = place.map((i, axis) => Math.ceil(((i + 1) * input[axis]) / output[axis]) - start[axis]);
      return indicesOf(length).map((tap) => data[at(x.shape, [n, ...tap.map((k, axis) => start[axis] + k)])]);
    });
    const size = output as unknown as Three;
    await close(
      T.adaptiveAvgPool3d(x, size),
      windows.map((window) => window.reduce((a, b) => a + b) / window.length),
    );
    expect(await elements(T.adaptiveMaxPool3d(x, size))).toEqual(windows.map((window) => Math.max(...window)));
  });

  it("adaptive pooling keeps extents that are null", () => {
    expect(T.adaptiveAvgPool3d(irregular([2, 5, 7, 4]), [null, 3, null]).shape).toEqual([2, 5, 3, 4]);
    expect(T.adaptiveMaxPool3d(irregular([2, 5, 7, 4]), 2).shape).toEqual([2, 2, 2, 2]);
  });

  it.each([
    { f: () => T.maxPool3d(T.zeros([4, 4]), 2), message: /maxPool3d: \[4, 4\] has fewer than 3 axes/ },
    { f: () => T.avgPool3d(T.zeros([4, 4, 4]), 2, { padding: 2 }), message: /avgPool3d: padding 2, 2, 2 must be at most half/ },
    { f: () => T.maxPool3d(T.zeros([2, 4, 4]), 3), message: /maxPool3d: a window over 3 elements does not fit axis -3/ },
    { f: () => T.maxPool3d(T.zeros([2, 2, 2]), 2, { padding: 1, dilation: 3 }), message: /window 0 on axis -3 of extent 2/ },
    { f: () => T.maxPool3d(T.zeros([0, 2, 2]), 2, { padding: 1 }), message: /window 0 on axis -3 of extent 0/ },
    { f: () => T.adaptiveAvgPool3d(T.zeros([3, 3]), 1), message: /must end in a depth, a height and a width/ },
    { f: () => T.adaptiveMaxPool3d(T.zeros([3, 3, 3]), [1, 1] as unknown as Three), message: /output size 1, 1 must be positive integers/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  }); // prettier-ignore
});
