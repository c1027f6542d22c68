import { beforeEach, describe, expect, it } from "vitest";
import * as T from "@minima/tensor";
import type { GridPaddingMode, Tensor } from "@minima/tensor";
import { type DerivativeCase, testDerivatives } from "./derivatives.ts";

beforeEach(() => T.setBackend(T.reference()));

const paddingModes: readonly GridPaddingMode[] = ["zeros", "border", "reflection"];
/** Places within and outside of an image, on no element and between no two. */
const toPlaces = (u: number, input: number): number => (input === 1 ? 1.37 * u : u);

testDerivatives([
  { name: "conv3d", f: (x, w, bias) => T.exp(T.conv3d(x, w, { bias, stride: [2, 1, 1], padding: [1, 0, 1], dilation: [1, 2, 1] })), shapes: [[1, 1, 3, 4, 2], [2, 1, 2, 2, 2], [2]] },
  { name: "conv3d in groups", f: (x, w) => T.exp(T.conv3d(x, w, { groups: 2 })), shapes: [[1, 2, 3, 2, 2], [2, 1, 2, 2, 1]] },
  { name: "convTranspose3d", f: (x, w) => T.exp(T.convTranspose3d(x, w, { stride: 2, padding: [1, 0, 0], outputPadding: [1, 0, 0] })), shapes: [[1, 2, 2, 2, 1], [2, 1, 3, 1, 2]] },
  { name: "maxPool3d", f: (x) => T.exp(T.maxPool3d(x, [2, 2, 2], { stride: 1, padding: [1, 0, 0] })), shapes: [[1, 3, 3, 3]] },
  { name: "maxPool1d, a window longer than the input", f: (x) => T.exp(T.maxPool1d(x, 5, { stride: 2, ceilMode: true })), shapes: [[2, 4]] },
  { name: "avgPool3d", f: (x) => T.exp(T.avgPool3d(x, [2, 3, 2], { stride: 2, padding: [1, 1, 0], ceilMode: true, countIncludePad: false })), shapes: [[1, 3, 4, 3]] },
  { name: "avgPool2d, a window longer than the input", f: (x) => T.exp(T.avgPool2d(x, [5, 2], { stride: [2, 1], ceilMode: true })), shapes: [[2, 4, 3]] },
  { name: "adaptiveAvgPool3d", f: (x) => T.exp(T.adaptiveAvgPool3d(x, [2, 1, 2])), shapes: [[3, 2, 3]] },
  { name: "adaptiveMaxPool3d", f: (x) => T.exp(T.adaptiveMaxPool3d(x, [2, 2, 1])), shapes: [[3, 3, 2]] },
  { name: "lpPool1d", f: (x) => T.lpPool1d(x, 2, 3, { stride: 1 }), shapes: [[2, 5]], domain: (u) => 1.2 + u },
  { name: "lpPool2d", f: (x) => T.lpPool2d(x, 3, 2, { ceilMode: true }), shapes: [[3, 4]], domain: (u) => 1.2 + u },
  { name: "unfold2d", f: (x) => T.exp(T.unfold2d(x, [2, 3], { stride: [2, 1], padding: 1 })), shapes: [[1, 2, 3, 3]] },
  { name: "fold2d", f: (x) => T.exp(T.fold2d(x, [3, 4], 2, { padding: [1, 0], dilation: [1, 2] })), shapes: [[1, 4, 8]] },

  { name: "interpolate, nearest by repeats", f: (x) => T.exp(T.interpolate(x, { scaleFactor: 2 })), shapes: [[1, 2, 2, 3]] },
  { name: "interpolate, nearest by steps", f: (x) => T.exp(T.interpolate(x, { size: 2, mode: "nearest-exact" })), shapes: [[1, 2, 6]] },
  { name: "interpolate, nearest", f: (x) => T.exp(T.interpolate(x, { size: [5, 2] })), shapes: [[1, 1, 3, 3]] },
  { name: "interpolate, linear", f: (x) => T.exp(T.interpolate(x, { size: 7, mode: "linear" })), shapes: [[1, 2, 4]] },
  { name: "interpolate, bilinear that leaves elements out", f: (x) => T.exp(T.interpolate(x, { size: [2, 3], mode: "bilinear" })), shapes: [[1, 1, 7, 4]] },
  { name: "interpolate, trilinear", f: (x) => T.exp(T.interpolate(x, { size: [3, 2, 4], mode: "trilinear", alignCorners: true })), shapes: [[1, 1, 2, 3, 2]] },
  { name: "interpolate, bicubic", f: (x) => T.exp(T.interpolate(x, { scaleFactor: [1.5, 0.6], mode: "bicubic" })), shapes: [[1, 1, 3, 5]] },
  { name: "interpolate, antialiased", f: (x) => T.exp(T.interpolate(x, { size: [2, 3], mode: "bicubic", antialias: true })), shapes: [[1, 1, 5, 4]] },
  { name: "interpolate, area", f: (x) => T.exp(T.interpolate(x, { size: [2, 2, 1], mode: "area" })), shapes: [[1, 1, 3, 2, 2]] },

  ...paddingModes.flatMap((paddingMode) => [false, true].flatMap((alignCorners) => (["bilinear", "bicubic"] as const).map((mode): DerivativeCase => (
    { name: `gridSample, ${mode}, ${paddingMode}${alignCorners ? ", corners aligned" : ""}`, f: (x, grid) => T.gridSample(x, grid, { mode, paddingMode, alignCorners }), shapes: [[1, 2, 3, 4], [1, 2, 4, 2]], domain: toPlaces }
  )))),
  { name: "gridSample, nearest", f: (x) => T.exp(T.gridSample(x, T.tensor([0.1, 0.3, -0.7, 0.9, 1.2, 0, 0.2, 0.1], { shape: [1, 2, 2, 2] }), { mode: "nearest" })), shapes: [[1, 2, 3, 3]] },
  { name: "affineGrid", f: (theta) => T.exp(T.affineGrid(theta, [2, 1, 2, 3])), shapes: [[2, 2, 3]] },
  { name: "affineGrid of volumes", f: (theta) => T.exp(T.affineGrid(theta, [1, 1, 2, 1, 2], { alignCorners: true })), shapes: [[1, 3, 4]] },
]); // prettier-ignore

/** dL/dx of L = Σ weight · f(x). */
async function gradientOf(f: (x: Tensor) => Tensor, x: Tensor, weight?: readonly number[]): Promise<number[]> {
  const source = T.tensor(await x.data(), { shape: x.shape, requiresGrad: true });
  const y = f(source);
  y.backward(weight === undefined ? T.onesLike(y) : T.tensor(weight, { shape: y.shape }));
  return Array.from((await source.grad?.data()) ?? []);
}

describe("gradients where the formula has none, or has several", () => {
  it.each<{ name: string; f: (x: Tensor) => Tensor; x: Tensor; weight?: number[]; want: number[] }>([
    { name: "maxPool3d of ties: to the first by depth, row and column", f: (x) => T.maxPool3d(x, [2, 1, 2]), x: T.tensor([0, 1, 1, 0, 2, 2, 2, 2], { shape: [4, 1, 2] }), weight: [3, 5], want: [0, 3, 0, 0, 5, 0, 0, 0] },
    { name: "adaptiveMaxPool3d of ties", f: (x) => T.adaptiveMaxPool3d(x, 1), x: T.ones([2, 2, 2]), want: [1, 0, 0, 0, 0, 0, 0, 0] },
    { name: "lpPool1d of zeros", f: (x) => T.lpPool1d(x, 2, 2), x: T.tensor([0, 0, 3, 4]), want: [0, 0, 0.6, 0.8] },
    { name: "interpolate beside what is infinite", f: (x) => T.interpolate(x, { size: 2, mode: "linear" }), x: T.tensor([1, Infinity, 3, 4], { shape: [1, 1, 4] }), want: [0.5, 0.5, 0.5, 0.5] },
    { name: "gridSample at the ends of a border", f: (grid) => T.gridSample(T.tensor([1, 2, 4], { shape: [1, 1, 1, 3] }), grid, { paddingMode: "border", alignCorners: true }), x: T.tensor([-1, 0, 1, 0, 0.5, 0, NaN, 0], { shape: [1, 1, 4, 2] }), want: [0, 0, 0, 0, 2, 0, 0, 0] },
  ])("$name", async ({ f, x, weight, want }) => {
    const got = await gradientOf(f, x, weight);
    expect(got.length).toBe(want.length);
    got.forEach((value, i) => expect(value, `element ${i}`).toBeCloseTo(want[i], 5));
  }); // prettier-ignore
});
