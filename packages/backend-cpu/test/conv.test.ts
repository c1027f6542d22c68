import { describe, expect, it } from "vitest";
import { highMemory, variants } from "./anchor-runner.ts";
import { checkConv, modes, runConv, type ConvCase } from "./conv-case.ts";

const same = (n: number) => ({ padBefore: [n, n], padAfter: [n, n] });

const cases: readonly (ConvCase & { readonly name: string })[] = [
  { name: "one element", x: [1, 1, 1, 1], filter: [1, 1, 1] },
  { name: "one window of the whole image", x: [3, 4, 5, 5], filter: [7, 5, 5] },
  { name: "3x3, no padding", x: [2, 3, 7, 9], filter: [4, 3, 3] },
  { name: "3x3, same", x: [2, 3, 8, 8], filter: [5, 3, 3], ...same(1) },
  { name: "5x5, same, one channel", x: [3, 1, 28, 28], filter: [32, 5, 5], ...same(2) },
  { name: "units of several rows with a rest", x: [1, 2, 30, 21], filter: [6, 3, 3], ...same(1) },
  { name: "windows wider than a unit", x: [1, 2, 3, 600], filter: [3, 2, 5], padBefore: [0, 2], padAfter: [0, 3] },
  { name: "several blocks of depth", x: [2, 40, 6, 5], filter: [9, 3, 3], ...same(1) },
  { name: "several blocks of depth in place", x: [1, 40, 12, 12], filter: [9, 3, 3], ...same(1) },
  { name: "blocks of depth within a channel", x: [1, 2, 20, 20], filter: [5, 19, 17], ...same(3) },
  { name: "asymmetric padding", x: [2, 2, 6, 7], filter: [3, 3, 2], padBefore: [2, 0], padAfter: [0, 3] },
  { name: "padding over the window", x: [1, 2, 3, 4], filter: [3, 2, 2], padBefore: [3, 4], padAfter: [4, 3] },
  { name: "stride 2", x: [2, 3, 11, 12], filter: [4, 3, 3], ...same(1), stride: [2, 2] },
  { name: "stride over the window", x: [2, 3, 11, 13], filter: [4, 2, 1], stride: [3, 4] },
  { name: "stride 4, window 11", x: [1, 3, 35, 37], filter: [6, 11, 11], ...same(2), stride: [4, 4] },
  { name: "dilation", x: [2, 2, 13, 12], filter: [4, 3, 3], ...same(2), dilation: [2, 3] },
  { name: "stride and dilation", x: [2, 2, 15, 14], filter: [4, 3, 2], ...same(3), stride: [2, 3], dilation: [3, 2] },
  {
    name: "stride and dilation with a common divisor",
    x: [1, 2, 17, 16],
    filter: [3, 3, 3],
    ...same(4),
    stride: [4, 6],
    dilation: [2, 4],
  },
  { name: "groups", x: [2, 12, 7, 6], filter: [8, 3, 3], ...same(1), groups: 4 },
  { name: "groups of one channel, two filters each", x: [2, 5, 7, 6], filter: [10, 3, 3], ...same(1), groups: 5 },
  { name: "groups of two channels, one filter each", x: [2, 6, 7, 6], filter: [3, 3, 3], ...same(1), groups: 3 },
  { name: "depthwise", x: [2, 6, 9, 9], filter: [6, 3, 3], ...same(1), groups: 6 },
  { name: "depthwise, stride 2", x: [2, 6, 9, 10], filter: [6, 3, 3], ...same(1), groups: 6, stride: [2, 2] },
  { name: "depthwise, dilation, 5x3", x: [1, 3, 19, 37], filter: [3, 5, 3], ...same(3), groups: 3, dilation: [2, 3] },
  { name: "depthwise, wide", x: [1, 2, 5, 301], filter: [2, 3, 3], ...same(1), groups: 2 },
  { name: "depthwise of many taps", x: [1, 2, 21, 22], filter: [2, 17, 16], ...same(2), groups: 2 },
  { name: "pointwise", x: [2, 20, 6, 6], filter: [11, 1, 1] },
  { name: "one output plane", x: [2, 40, 9, 9], filter: [1, 3, 3], ...same(1) },
  { name: "two output planes, strided", x: [2, 40, 9, 9], filter: [2, 3, 3], ...same(1), stride: [2, 1] },
  // By tiles: planes that tiles fit and do not fit, several images a unit, several units an image.
  { name: "tiles of 3x3", x: [3, 16, 8, 8], filter: [16, 3, 3], ...same(1), tiled: true },
  {
    name: "tiles of 3x3, ragged",
    x: [2, 20, 15, 13],
    filter: [17, 3, 3],
    padBefore: [0, 1],
    padAfter: [2, 1],
    tiled: true,
  },
  { name: "tiles of 3x3, small planes", x: [7, 16, 7, 7], filter: [19, 3, 3], ...same(1), tiled: true },
  { name: "tiles of 3x3, groups", x: [2, 40, 10, 9], filter: [36, 3, 3], ...same(1), groups: 2, tiled: true },
  { name: "tiles of 3x3, several units an image", x: [1, 16, 90, 70], filter: [16, 3, 3], ...same(2), tiled: true },
  { name: "tiles of 3x3, deep", x: [2, 272, 8, 8], filter: [24, 3, 3], ...same(1), tiled: true },
  { name: "tiles of 5x5", x: [3, 32, 14, 14], filter: [20, 5, 5], ...same(2), tiled: true },
  {
    name: "tiles of 5x5, ragged",
    x: [2, 16, 13, 21],
    filter: [23, 5, 5],
    padBefore: [4, 1],
    padAfter: [0, 3],
    tiled: true,
  },
  { name: "tiles of 5x5, wide", x: [1, 16, 9, 300], filter: [16, 5, 5], tiled: true },
  { name: "one axis", x: [2, 3, 17], filter: [5, 3], padBefore: [1], padAfter: [1] },
  { name: "one axis, long", x: [1, 2, 1000], filter: [4, 9], padBefore: [8], padAfter: [0], dilation: [2] },
  {
    name: "one axis, strided, grouped",
    x: [3, 4, 50],
    filter: [6, 4],
    padBefore: [2],
    padAfter: [1],
    stride: [3],
    groups: 2,
  },
  // Small planes beside the window: the gradient of x is added up from the taps.
  { name: "valid, large window", x: [3, 5, 9, 8], filter: [8, 5, 5] },
  { name: "valid, large window, many planes", x: [2, 33, 7, 7], filter: [300, 3, 5] },
  { name: "valid, stride 2", x: [2, 3, 9, 9], filter: [8, 5, 5], stride: [2, 2] },
  { name: "full padding", x: [2, 3, 4, 5], filter: [16, 4, 4], padBefore: [3, 0], padAfter: [1, 3], stride: [3, 1] },
  { name: "large window, groups", x: [5, 6, 6, 6], filter: [16, 4, 3], groups: 2, dilation: [1, 2], padBefore: [0, 1] },
  { name: "large window, one axis", x: [3, 4, 12], filter: [10, 7], dilation: [1], stride: [2], padAfter: [2] },
  { name: "empty batch", x: [0, 3, 7, 9], filter: [4, 3, 3] },
];

const rows = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16];

describe.each(variants)("conv, relaxed $relaxed, wide $wide, shared $shared", (variant) => {
  it.each(cases)("matches the reference: $name", ({ name: _, ...test }) => {
    for (const mode of modes) checkConv(variant, test, mode);
  });

  it.each(rows)("matches the reference for %i planes", (planes) => {
    for (const mode of modes) {
      checkConv(variant, { x: [2, planes, 9, 9], filter: [5, 3, 3], ...same(1) }, mode);
      checkConv(variant, { x: [2, 5, 9, 9], filter: [planes, 3, 3], ...same(1) }, mode);
      checkConv(variant, { x: [9, 5, 4, 5], filter: [planes, 3, 3] }, mode);
    }
  });

  it("gives the same bits however the work is divided", () => {
    const shared = [
      { x: [5, 12, 13, 14], filter: [8, 3, 3], ...same(1) },
      { x: [3, 40, 9, 9], filter: [6, 3, 3], ...same(1), stride: [2, 2] },
      { x: [9, 16, 12, 11], filter: [16, 3, 3], ...same(1), groups: 16 },
      { x: [80, 6, 4, 4], filter: [9, 2, 2] },
      { x: [40, 32, 7, 9], filter: [36, 3, 3], ...same(1), groups: 2 },
      { x: [9, 144, 14, 14], filter: [16, 5, 5], ...same(2) },
    ];
    for (const test of shared) {
      for (const mode of modes) {
        expect(runConv({ ...variant, divided: true }, test, mode)).toEqual(runConv(variant, test, mode));
      }
    }
  });

  it("works on both sides of the address 2^31", () => {
    const memory = highMemory();
    const tests: ConvCase[] = [
      { x: [2, 9, 40, 41], filter: [7, 3, 3], ...same(1) },
      { x: [3, 20, 30, 30], filter: [20, 3, 3], ...same(1), groups: 20 },
      { x: [2, 5, 9, 9], filter: [8, 5, 5] },
      { x: [2, 20, 11, 10], filter: [18, 3, 3], ...same(1) },
    ];
    for (const test of tests) {
      for (const mode of modes) {
        expect(runConv({ ...variant, memory, shared: false }, test, mode)).toEqual(
          runConv({ ...variant, shared: false }, test, mode),
        );
      }
    }
  });
});
