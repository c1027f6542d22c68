import { describe, expect, it } from "vitest";
import * as T from "../src/index.ts";
import type { Tensor } from "../src/index.ts";
import { at, elements, indicesOf, irregular, of } from "./ops-values.ts";

type Two = readonly [number, number];

interface Geometry {
  readonly stride?: Two;
  readonly padding?: Two;
  readonly dilation?: Two;
}

/** Which input elements a window covers, one list for each output, or null in the padding. */
function windows(input: Two, kernel: Two, output: Two, geometry: Geometry): (number | null)[][] {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = geometry;
  return indicesOf(output).map((position) =>
    indicesOf(kernel).map((tap) => {
      const from = position.map((i, axis) => i * stride[axis] + tap[axis] * dilation[axis] - padding[axis]);
      return from.every((i, axis) => i >= 0 && i < input[axis]) ? at(input, from) : null;
    }),
  );
}

const extents = (input: Two, kernel: Two, { stride = [1, 1], padding = [0, 0], dilation = [1, 1] }: Geometry): Two => {
  const out = input.map((n, axis) =>
    Math.floor((n + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis] + 1),
  );
  return [out[0], out[1]];
};

interface ConvCase extends Geometry {
  readonly name: string;
  readonly input: Two;
  readonly kernel: Two;
  readonly channels?: number;
  readonly outputs?: number;
  readonly groups?: number;
}

const convCases: ConvCase[] = [
  { name: "plain", input: [5, 6], kernel: [3, 2] },
  { name: "1 by 1", input: [3, 4], kernel: [1, 1], outputs: 5 },
  { name: "strided and padded", input: [6, 7], kernel: [3, 3], stride: [2, 3], padding: [1, 2] },
  { name: "dilated", input: [7, 8], kernel: [3, 2], dilation: [2, 3] },
  { name: "all of it", input: [6, 9], kernel: [2, 3], stride: [3, 2], padding: [2, 1], dilation: [3, 2] },
  { name: "in groups", input: [4, 5], kernel: [3, 3], channels: 4, outputs: 6, groups: 2, padding: [1, 1] },
  { name: "depthwise", input: [4, 5], kernel: [2, 3], channels: 3, outputs: 6, groups: 3, stride: [2, 1] },
  { name: "with a kernel as large as the input", input: [4, 5], kernel: [4, 5] },
];

/** Cross-correlation by its definition. */
async function correlate(x: Tensor, w: Tensor, output: Two, geometry: Geometry, groups: number): Promise<number[]> {
  const [a, b] = [await elements(x), await elements(w)];
  const [channels, height, width] = x.shape.slice(1);
  const [outputs, perGroup, ...kernel] = w.shape;
  const taps = windows([height, width], [kernel[0], kernel[1]], output, geometry);
  return indicesOf([x.shape[0], outputs]).flatMap(([n, o]) =>
    taps.map((window) => {
      let total = 0;
      for (let c = 0; c < perGroup; c++) {
        const channel = Math.floor(o / (outputs / groups)) * perGroup + c;
        window.forEach((from, tap) => {
          if (from === null) return;
          total += a[(n * channels + channel) * height * width + from] * b[(o * perGroup + c) * window.length + tap];
        });
      }
      return total;
    }),
  );
}

const close = async (got: Tensor, want: readonly number[]): Promise<void> => {
  const values = await elements(got);
  expect(values.length).toBe(want.length);
  values.forEach((value, i) => expect(value, `element ${i}`).toBeCloseTo(want[i], 5));
};

describe("conv2d", () => {
  it.each(convCases)("$name", async ({ input, kernel, channels = 2, outputs = 3, groups = 1, ...geometry }) => {
    const x = irregular([2, channels, ...input]);
    const w = irregular([outputs, channels / groups, ...kernel], 1);
    const output = extents(input, kernel, geometry);
    const got = T.conv2d(x, w, { ...geometry, groups });
    expect(got.shape).toEqual([2, outputs, ...output]);
    await close(got, await correlate(x, w, output, geometry, groups));
  });

  it("adds a bias to each channel, and takes a single image", async () => {
    const [x, w] = [irregular([1, 2, 4, 5]), irregular([3, 2, 2, 2], 1)];
    const plain = T.conv2d(x, w);
    const biased = T.conv2d(T.reshape(x, [2, 4, 5]), w, { bias: of([1, 2, 3]) });
    expect(biased.shape).toEqual([3, 3, 4]);
    await close(biased, await elements(T.add(plain, of([1, 2, 3], [3, 1, 1]))));
    await close(T.conv2d(x, w, { bias: null }), await elements(plain));
  });

  it("keeps extents with padding same, the odd element at the end", async () => {
    const [x, w] = [irregular([1, 2, 4, 5]), irregular([3, 2, 2, 3], 1)];
    const same = T.conv2d(x, w, { padding: "same", dilation: [1, 2] });
    expect(same.shape).toEqual([1, 3, 4, 5]);
    const wide = T.conv2d(T.pad(x, [2, 2, 0, 1]), w, { padding: "valid", dilation: [1, 2] });
    await close(same, await elements(wide));
  });

  it.each([
    {
      f: () => T.conv2d(T.zeros([2, 3]), T.zeros([1, 3, 2, 2])),
      message: /input must be \[batch, channels, height, width\] .* not \[2, 3\]/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 3, 5, 5]), T.zeros([4, 2, 3, 3])),
      message:
        /weight \[4, 2, 3, 3\] does not fit input \[1, 3, 5, 5\] and 1 group\(s\): it must be \[outputs, 3, kernel, kernel\]/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 3, 5, 5]), T.zeros([4, 3, 3, 3]), { groups: 2 }),
      message: /groups 2 must be a positive integer that divides the 3 channels/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 4, 5, 5]), T.zeros([3, 2, 3, 3]), { groups: 2 }),
      message: /outputs a multiple of 2/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 1, 2, 5]), T.zeros([1, 1, 3, 3])),
      message: /a window over 3 elements does not fit axis -2, which has 2 and 0 of padding/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 1, 5, 5]), T.zeros([1, 1, 3, 3]), { stride: 0 }),
      message: /stride 0, 0 must be an integer of at least 1/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 1, 5, 5]), T.zeros([1, 1, 3, 3]), { stride: 2, padding: "same" }),
      message: /padding "same" needs stride 1, not 2, 2/,
    },
    {
      f: () => T.conv2d(T.zeros([1, 1, 5, 5]), T.zeros([2, 1, 3, 3]), { bias: T.zeros([3]) }),
      message: /bias \[3\] must be \[2\]/,
    },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("conv1d", () => {
  it.each(convCases)(
    "$name, along one axis",
    async ({ input, kernel, channels = 2, outputs = 3, groups = 1, ...geometry }) => {
      const x = irregular([2, channels, input[1]]);
      const w = irregular([outputs, channels / groups, kernel[1]], 1);
      const { stride, padding, dilation } = geometry;
      const got = T.conv1d(x, w, { stride: stride?.[1], padding: padding?.[1], dilation: dilation?.[1], groups });
      const flat: Geometry = {
        stride: [1, stride?.[1] ?? 1],
        padding: [0, padding?.[1] ?? 0],
        dilation: [1, dilation?.[1] ?? 1],
      };
      const output = extents([1, input[1]], [1, kernel[1]], flat);
      expect(got.shape).toEqual([2, outputs, output[1]]);
      const [tall, filter] = [T.unsqueeze(x, 2), T.unsqueeze(w, 2)];
      await close(got, await correlate(tall, filter, output, flat, groups));
    },
  );

  it("takes one signal, and keeps its length with padding same", async () => {
    const [x, w] = [irregular([2, 6]), irregular([3, 2, 4], 1)];
    const same = T.conv1d(x, w, { padding: "same", bias: of([1, 2, 3]) });
    expect(same.shape).toEqual([3, 6]);
    await close(same, await elements(T.conv1d(T.pad(x, [1, 2]), w, { bias: of([1, 2, 3]) })));
  });

  it("names the axes of its own", () => {
    expect(() => T.conv1d(T.zeros([1, 2, 3, 4]), T.zeros([1, 2, 3]))).toThrow(/conv1d: .* \[batch, channels, length\]/);
  });
});

interface TransposedCase extends Geometry {
  readonly name: string;
  readonly input: Two;
  readonly kernel: Two;
  readonly outputPadding?: Two;
  readonly groups?: number;
}

const transposedCases: TransposedCase[] = [
  { name: "plain", input: [3, 4], kernel: [3, 2] },
  { name: "strided", input: [3, 4], kernel: [3, 2], stride: [2, 3] },
  { name: "padded", input: [3, 4], kernel: [3, 4], stride: [2, 2], padding: [1, 2] },
  { name: "dilated, in groups", input: [3, 4], kernel: [3, 2], dilation: [2, 3], groups: 2 },
  {
    name: "with output padding over what padding left off",
    input: [3, 3],
    kernel: [3, 3],
    stride: [2, 2],
    padding: [1, 1],
    outputPadding: [1, 1],
  },
  {
    name: "with output padding beyond",
    input: [2, 3],
    kernel: [2, 3],
    stride: [3, 2],
    padding: [0, 1],
    outputPadding: [2, 1],
  },
  {
    name: "with output padding longer than the stride",
    input: [2, 3],
    kernel: [2, 2],
    dilation: [3, 4],
    outputPadding: [2, 3],
  },
];

describe("convTranspose2d and convTranspose1d", () => {
  /** Each input element adds its multiple of the filter. */
  async function spread(x: Tensor, w: Tensor, output: Two, geometry: Geometry, groups: number): Promise<number[]> {
    const { stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = geometry;
    const [a, b] = [await elements(x), await elements(w)];
    const [perGroup, kh, kw] = w.shape.slice(1);
    const shape = [x.shape[0], perGroup * groups, ...output];
    const result = new Array<number>(shape.reduce((p, q) => p * q, 1)).fill(0);
    indicesOf(x.shape).forEach(([n, c, i, j], from) => {
      const group = Math.floor(c / (x.shape[1] / groups));
      indicesOf([perGroup, kh, kw]).forEach(([o, k, l]) => {
        const to = [i * stride[0] + k * dilation[0] - padding[0], j * stride[1] + l * dilation[1] - padding[1]];
        if (to.some((p, axis) => p < 0 || p >= output[axis])) return;
        result[at(shape, [n, group * perGroup + o, ...to])] += a[from] * b[at(w.shape, [c, o, k, l])];
      });
    });
    return result;
  }

  it.each(transposedCases)("2-D, $name", async ({ input, kernel, outputPadding = [0, 0], groups = 1, ...geometry }) => {
    const { stride = [1, 1], padding = [0, 0], dilation = [1, 1] } = geometry;
    const x = irregular([2, 4, ...input]);
    const w = irregular([4, 3, ...kernel], 1);
    const output = input.map(
      (n, axis) =>
        (n - 1) * stride[axis] - 2 * padding[axis] + dilation[axis] * (kernel[axis] - 1) + outputPadding[axis] + 1,
    ) as unknown as Two; // map keeps the length
    const got = T.convTranspose2d(x, w, { ...geometry, outputPadding, groups });
    expect(got.shape).toEqual([2, 3 * groups, ...output]);
    await close(got, await spread(x, w, output, geometry, groups));
  });

  it.each(transposedCases)("1-D, $name", async ({ input, kernel, outputPadding, groups = 1, ...geometry }) => {
    const { stride, padding, dilation } = geometry;
    const x = irregular([2, 4, input[1]]);
    const w = irregular([4, 3, kernel[1]], 1);
    const got = T.convTranspose1d(x, w, {
      stride: stride?.[1],
      padding: padding?.[1],
      dilation: dilation?.[1],
      outputPadding: outputPadding?.[1],
      groups,
    });
    const output: Two = [1, got.shape[2]];
    const flat: Geometry = {
      stride: [1, stride?.[1] ?? 1],
      padding: [0, padding?.[1] ?? 0],
      dilation: [1, dilation?.[1] ?? 1],
    };
    await close(got, await spread(T.unsqueeze(x, 2), T.unsqueeze(w, 2), output, flat, groups));
  });

  it("adds a bias, and takes a single image", async () => {
    const [x, w] = [irregular([2, 3, 3]), irregular([2, 2, 2, 2], 1)];
    const got = T.convTranspose2d(x, w, { bias: of([1, 2]) });
    expect(got.shape).toEqual([2, 4, 4]);
    await close(got, await elements(T.add(T.convTranspose2d(x, w), of([1, 2], [2, 1, 1]))));
  });

  it.each([
    {
      f: () => T.convTranspose2d(T.zeros([1, 2, 3, 3]), T.zeros([3, 1, 2, 2])),
      message: /weight \[3, 1, 2, 2\] does not fit input \[1, 2, 3, 3\]: it must be \[2, outputs/,
    },
    {
      f: () => T.convTranspose2d(T.zeros([1, 2, 3, 3]), T.zeros([2, 1, 2, 2]), { outputPadding: 1 }),
      message: /outputPadding 1, 1 must be smaller than the stride or the dilation/,
    },
    {
      f: () => T.convTranspose2d(T.zeros([1, 2, 1, 1]), T.zeros([2, 1, 2, 2]), { padding: 1 }),
      message: /leave no output \(\[0, 0\]\); use less padding/,
    },
    {
      f: () => T.convTranspose1d(T.zeros([1, 2, 3]), T.zeros([2, 1, 2]), { groups: 3 }),
      message: /convTranspose1d: groups 3/,
    },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

interface PoolCase extends Geometry {
  readonly name: string;
  readonly input: Two;
  readonly kernel: Two;
  readonly ceilMode?: boolean;
  readonly output: Two;
}

const poolCases: PoolCase[] = [
  { name: "by its own extent", input: [6, 7], kernel: [2, 3], stride: [2, 3], output: [3, 2] },
  { name: "overlapping", input: [5, 6], kernel: [3, 2], stride: [1, 1], output: [3, 5] },
  { name: "padded", input: [5, 6], kernel: [3, 2], stride: [2, 2], padding: [1, 1], output: [3, 4] },
  { name: "rounded up", input: [6, 7], kernel: [3, 3], stride: [2, 2], ceilMode: true, output: [3, 3] },
  // A window that would start in the padding at the end is left out.
  {
    name: "rounded up, but not past the end",
    input: [4, 5],
    kernel: [2, 2],
    stride: [3, 3],
    padding: [1, 1],
    ceilMode: true,
    output: [2, 2],
  },
  { name: "of one element", input: [3, 4], kernel: [1, 1], stride: [2, 2], output: [2, 2] },
];

describe("pooling", () => {
  it.each(poolCases)("maxPool2d $name", async ({ input, kernel, output, ceilMode, ...geometry }) => {
    const x = irregular([2, 3, ...input]);
    const data = await elements(x);
    const plane = input[0] * input[1];
    const best = indicesOf([2, 3]).flatMap(([n, c]) =>
      windows(input, kernel, output, geometry).map((window) => {
        const inside = window.filter((from) => from !== null);
        return inside.reduce((a, b) => (data[(n * 3 + c) * plane + b] > data[(n * 3 + c) * plane + a] ? b : a));
      }),
    );
    const { values, indices } = T.maxPool2dWithIndices(x, kernel, { ...geometry, ceilMode });
    expect(values.shape).toEqual([2, 3, ...output]);
    expect(await elements(indices)).toEqual(best);
    const perPlane = output[0] * output[1];
    const want = best.map((from, i) => data[Math.floor(i / perPlane) * plane + from]);
    expect(await elements(values)).toEqual(want);
    expect(await elements(T.maxPool2d(x, kernel, { ...geometry, ceilMode }))).toEqual(want);
  });

  it.each(poolCases.flatMap((c) => [true, false].map((countIncludePad) => ({ ...c, countIncludePad }))))(
    "avgPool2d $name, padding counted: $countIncludePad",
    async ({ input, kernel, output, ceilMode, countIncludePad, ...geometry }) => {
      const x = irregular([2, ...input]);
      const data = await elements(x);
      const plane = input[0] * input[1];
      const { stride = [1, 1], padding = [0, 0] } = geometry;
      const positions = indicesOf(output);
      const want = [0, 1].flatMap((n) =>
        windows(input, kernel, output, geometry).map((window, i) => {
          const inside = window.filter((from) => from !== null);
          // With padding counted, a window has what lies in the padded input; what hangs over counts for nothing.
          const covered = positions[i].map((p, axis) => {
            const start = p * stride[axis] - padding[axis];
            return Math.min(start + kernel[axis], input[axis] + padding[axis]) - start;
          });
          const count = countIncludePad ? covered[0] * covered[1] : inside.length;
          return inside.reduce((sum, from) => sum + data[n * plane + from], 0) / count;
        }),
      );
      const got = T.avgPool2d(x, kernel, { ...geometry, ceilMode, countIncludePad });
      expect(got.shape).toEqual([2, ...output]);
      await close(got, want);
    },
  );

  it("dilated maxima", async () => {
    const x = of([1, 5, 2, 4, 3, 0]);
    expect(await elements(T.maxPool1d(x, 2, { stride: 1, dilation: 3 }))).toEqual([4, 5, 2]);
    expect(await elements(T.maxPool1dWithIndices(x, 2, { stride: 1, dilation: 3 }).indices)).toEqual([3, 1, 2]);
  });

  it("strides by the window unless told otherwise, along one axis too", async () => {
    const x = of([1, 5, 2, 4, 3, 0, 9], [1, 7]);
    expect(await elements(T.maxPool1d(x, 3))).toEqual([5, 4]);
    expect(await elements(T.avgPool1d(x, 2))).toEqual([3, 3, 1.5]);
    expect(await elements(T.avgPool1d(x, 2, { ceilMode: true }))).toEqual([3, 3, 1.5, 9]);
    expect(T.maxPool2d(irregular([1, 2, 6, 6]), 3).shape).toEqual([1, 2, 2, 2]);
  });

  it("NaN is the maximum of its window", async () => {
    expect(await elements(T.maxPool1d(of([1, NaN, 3, 4]), 2))).toEqual([NaN, 4]);
  });

  it("pools integers as they are", async () => {
    const x = T.tensor(Int32Array.of(3, 7, 5, 1));
    const got = T.maxPool1d(x, 2);
    expect([got.dtype, await elements(got)]).toEqual(["int32", [7, 5]]);
  });

  it("pools no images to none", () => {
    expect(T.maxPool2d(T.zeros([0, 3, 4, 4]), 2).shape).toEqual([0, 3, 2, 2]);
    expect(T.avgPool2d(T.zeros([0, 3, 4, 4]), 2).shape).toEqual([0, 3, 2, 2]);
  });

  it.each([
    {
      f: () => T.maxPool2d(T.zeros([1, 4, 4]), 2, { padding: 2 }),
      message: /padding 2, 2 must be at most half the kernel 2, 2/,
    },
    {
      f: () => T.avgPool2d(T.zeros([1, 2, 4]), 3),
      message: /avgPool2d: a window over 3 elements does not fit axis -2/,
    },
    { f: () => T.maxPool2d(T.zeros([4]), 2), message: /maxPool2d: \[4\] has fewer than 2 axes/ },
    {
      f: () => T.maxPool1d(T.zeros([2]), 2, { padding: 1, dilation: 3 }),
      message: /window 0 on axis -1 of extent 2 has all its elements in the padding/,
    },
    { f: () => T.maxPool2d(T.zeros([4, 4]), [2, 0]), message: /kernel 2, 0 must be an integer of at least 1/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("adaptive pooling", () => {
  const sizes: { input: Two; output: Two }[] = [
    { input: [5, 7], output: [1, 1] },
    { input: [6, 8], output: [3, 2] },
    { input: [5, 7], output: [2, 3] },
    { input: [5, 7], output: [7, 7] },
    { input: [4, 9], output: [4, 2] },
    { input: [3, 3], output: [8, 1] },
  ];
  const bounds = (n: number, count: number, i: number): number[] => {
    const start = Math.floor((i * n) / count);
    return Array.from({ length: Math.ceil(((i + 1) * n) / count) - start }, (_, k) => start + k);
  };

  it.each(sizes)("$input to $output", async ({ input, output }) => {
    const x = irregular([2, ...input]);
    const data = await elements(x);
    const covered = indicesOf([2, ...output]).map(([n, i, j]) =>
      bounds(input[0], output[0], i).flatMap((row) =>
        bounds(input[1], output[1], j).map((column) => data[(n * input[0] + row) * input[1] + column]),
      ),
    );
    const [average, largest] = [T.adaptiveAvgPool2d(x, output), T.adaptiveMaxPool2d(x, output)];
    expect([average.shape, largest.shape]).toEqual([
      [2, ...output],
      [2, ...output],
    ]);
    await close(
      average,
      covered.map((window) => window.reduce((a, b) => a + b) / window.length),
    );
    expect(await elements(largest)).toEqual(covered.map((window) => Math.max(...window)));
  });

  it("keeps an extent that is null, and works along one axis", async () => {
    expect(T.adaptiveAvgPool2d(irregular([2, 5, 7]), [null, 3]).shape).toEqual([2, 5, 3]);
    expect(T.adaptiveMaxPool2d(irregular([2, 5, 7]), 2).shape).toEqual([2, 2, 2]);
    expect(await elements(T.adaptiveAvgPool1d(of([1, 2, 3, 4, 5]), 2))).toEqual([2, 4]);
    expect(await elements(T.adaptiveMaxPool1d(of([1, 2, 9, 4, 5]), 2))).toEqual([9, 9]);
  });

  it.each([
    { f: () => T.adaptiveAvgPool2d(T.zeros([3]), 1), message: /must end in a height and a width/ },
    { f: () => T.adaptiveMaxPool2d(T.zeros([2, 3, 3]), [0, 1]), message: /output size 0, 1 must be positive integers/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});

describe("windows longer than the padded input", () => {
  it("are one window where rounding up gives one", async () => {
    const x = of([1, 5, 2, 4]);
    expect(await elements(T.maxPool1d(x, 5, { stride: 2, ceilMode: true }))).toEqual([5]);
    expect(await elements(T.avgPool1d(x, 5, { stride: 2, ceilMode: true }))).toEqual([3]);
    expect(await elements(T.avgPool1d(x, 8, { stride: 3, padding: 1, ceilMode: true }))).toEqual([2]);
    expect(await elements(T.avgPool1d(x, 8, { stride: 3, padding: 1, ceilMode: true, countIncludePad: false }))).toEqual([3]);
    expect(await elements(T.maxPool2d(T.reshape(x, [2, 2]), [3, 1], { stride: [2, 1], ceilMode: true }))).toEqual([2, 5]);
  }); // prettier-ignore

  it("do not fit where it gives none, or nothing is rounded up", () => {
    expect(() => T.maxPool1d(of([1, 5, 2, 4]), 5, { stride: 1, ceilMode: true })).toThrow(/does not fit axis -1/);
    expect(() => T.maxPool1d(of([1, 5, 2, 4]), 7, { stride: 3, ceilMode: true })).toThrow(/does not fit axis -1/);
    expect(() => T.maxPool1d(of([1, 5, 2, 4]), 5, { stride: 2 })).toThrow(/does not fit axis -1/);
  });
});

describe("lpPool", () => {
  it("is the norm of each window, and of a cut one as if it went on", async () => {
    const x = of([3, 4, 1, 2, 2]);
    await close(T.lpPool1d(x, 2, 2), [5, Math.sqrt(5)]);
    await close(T.lpPool1d(x, 1, 3, { stride: 1 }), [8, 7, 5]);
    await close(T.lpPool1d(x, 2, 2, { ceilMode: true }), [5, Math.sqrt(5), Math.sqrt(8)]);
    await close(T.lpPool2d(of([1, 2, 2, 4], [2, 2]), 2, 2), [5]);
    await close(T.lpPool2d(of([1, 2, 2, 4], [1, 2, 2]), 3, [2, 1]), [Math.cbrt(9), Math.cbrt(72)]);
    expect(await elements(T.lpPool1d(of([0, 0, -1]), 3, 1))).toEqual([0, 0, NaN]);
    expect(T.lpPool2d(T.zeros([4, 4], { dtype: "int32" }), 2, 2).dtype).toBe("float32");
  });

  it.each([
    { f: () => T.lpPool1d(T.zeros([4]), 0, 2), message: /lpPool1d: p 0 must be a finite number that is not 0/ },
    { f: () => T.lpPool2d(T.zeros([4, 4]), Infinity, 2), message: /lpPool2d: p Infinity .* max pooling/ },
    { f: () => T.lpPool2d(T.zeros([4]), 2, 2), message: /lpPool2d: \[4\] has fewer than 2 axes/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});
