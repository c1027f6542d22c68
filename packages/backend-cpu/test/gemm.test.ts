import { describe, expect, it } from "vitest";
import { gemmModule, gemmWorkspaceBytes, type Gemm } from "../src/gemm/index.ts";
import type { KernelOptions } from "../src/kernel-options.ts";
import { variants } from "./anchor-runner.ts";

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly accumulate?: boolean;
  /** Elements between the end of a row of A, B, C and the start of the next. */
  readonly gaps?: readonly [number, number, number];
  /** Elements from one column of A and of B to the next (rows if transposed). */
  readonly steps?: readonly [number, number];
}

const guard = 0x7fa5a5a5;

/** Numbers in [-1, 1) from a linear congruential generator (Numerical Recipes, chapter 7.1). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function instantiate(variant: KernelOptions, pages: number): { memory: WebAssembly.Memory; gemm: Gemm } {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: variant.shared });
  const module = new WebAssembly.Module(gemmModule(variant));
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, gemm: instance.exports.gemm as Gemm };
}

/** Where the elements of a matrix lie: distances in elements. */
function layout(rows: number, columns: number, transposed: boolean, gap: number, step: number) {
  const [outer, inner] = transposed ? [columns, rows] : [rows, columns];
  const outerStride = inner * step + gap;
  const extent = outer === 0 || inner === 0 ? 0 : (outer - 1) * outerStride + (inner - 1) * step + 1;
  return { extent, rowStride: transposed ? step : outerStride, colStride: transposed ? outerStride : step };
}

/** Runs one case in a memory without a byte to spare, and checks every element of C and every byte around it. */
function check(variant: KernelOptions, test: Case, seed = 1): void {
  const { m, n, k, transposeA = false, transposeB = false, accumulate = false } = test;
  const [gapA, gapB, gapC] = test.gaps ?? [0, 0, 0];
  const [stepA, stepB] = test.steps ?? [1, 1];
  const a = layout(m, k, transposeA, gapA, stepA);
  const b = layout(k, n, transposeB, gapB, stepB);
  const c = layout(m, n, false, gapC, 1);

  // Workspace first, at an odd address; the operands end with the memory, so that reading too far traps.
  const workspaceBytes = gemmWorkspaceBytes(n, k);
  const firstElement = Math.ceil((1 + workspaceBytes) / 4) + 1;
  const needed = firstElement + c.extent + 1 + b.extent + 1 + a.extent;
  const pages = Math.ceil((4 * needed) / 65536);
  const { memory, gemm } = instantiate(variant, pages);
  const floats = new Float32Array(memory.buffer);
  const words = new Uint32Array(memory.buffer).fill(guard);
  const aStart = floats.length - a.extent;
  const bStart = aStart - 1 - b.extent;
  const cStart = bStart - 1 - c.extent;

  const random = randomNumbers(seed);
  const aAt = (i: number, p: number) => aStart + i * a.rowStride + p * a.colStride;
  const bAt = (p: number, j: number) => bStart + p * b.rowStride + j * b.colStride;
  const cAt = (i: number, j: number) => cStart + i * c.rowStride + j;
  for (let i = 0; i < m; i++) for (let p = 0; p < k; p++) floats[aAt(i, p)] = random();
  for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) floats[bAt(p, j)] = random();
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) floats[cAt(i, j)] = accumulate ? random() : NaN;
  const before = floats.slice();

  const bytes = {
    a: [4 * aStart, 4 * a.rowStride, 4 * a.colStride],
    b: [4 * bStart, 4 * b.rowStride, 4 * b.colStride],
  };
  const [aPointer, aRow, aColumn] = bytes.a;
  const [bPointer, bRow, bColumn] = bytes.b;
  gemm(m, n, k, aPointer, aRow, aColumn, bPointer, bRow, bColumn, 4 * cStart, 4 * c.rowStride, Number(accumulate), 1);

  const written = new Set<number>();
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = accumulate ? before[cAt(i, j)] : 0;
      let magnitude = Math.abs(sum);
      for (let p = 0; p < k; p++) {
        const product = before[aAt(i, p)] * before[bAt(p, j)];
        sum += product;
        magnitude += Math.abs(product);
      }
      // Each of the k products and sums is rounded, with a relative error of at most 2^-24.
      const bound = (k + 2) * 2 ** -24 * magnitude;
      const value = floats[cAt(i, j)];
      if (!(Math.abs(value - sum) <= bound)) {
        expect.fail(`${JSON.stringify(test)}: C[${i}, ${j}] is ${value}, expected ${sum} within ${bound}`);
      }
      written.add(cAt(i, j));
    }
  }
  const oldWords = new Uint32Array(before.buffer);
  const workspaceEnd = Math.ceil((1 + workspaceBytes) / 4);
  for (let i = workspaceEnd; i < words.length; i++) {
    if (words[i] !== oldWords[i] && !written.has(i)) {
      expect.fail(`${JSON.stringify(test)}: word ${i} was written, C starts at ${cStart}`);
    }
  }
}

const transposes = [
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
];

describe.each(variants)("gemm, relaxed $relaxed, wide $wide, shared $shared", (variant) => {
  it("matches float64 for small shapes", () => {
    const random = randomNumbers(7);
    const size = () => 1 + Math.floor(((random() + 1) / 2) * 17);
    for (let round = 0; round < 250; round++) {
      const shape = { m: size(), n: size(), k: size(), accumulate: round % 3 === 0 };
      check(variant, { ...shape, ...transposes[round % 4], gaps: [round % 2, round % 5, round % 3] }, round);
    }
  });

  it.each([
    { m: 31, n: 33, k: 64 },
    { m: 33, n: 31, k: 100 },
    { m: 64, n: 100, k: 127 },
    { m: 100, n: 64, k: 130 },
    { m: 127, n: 130, k: 31 },
    { m: 130, n: 257, k: 33 },
    { m: 257, n: 127, k: 100 },
    { m: 100, n: 10, k: 784 },
    { m: 10, n: 100, k: 257 },
  ])("matches float64 for $m x $k times $k x $n", (shape) => {
    for (const transpose of transposes) check(variant, { ...shape, ...transpose, accumulate: shape.m % 2 === 1 });
  });

  it.each([511, 512, 513, 520, 1025, 1537])("matches float64 for K = %i, at and over the blocks of K", (k) => {
    for (const transpose of transposes) {
      check(variant, { m: 7, n: 9, k, ...transpose });
      check(variant, { m: 6, n: 26, k, ...transpose, accumulate: true });
      check(variant, { m: 1, n: 11, k, ...transpose, accumulate: true });
      check(variant, { m: 11, n: 1, k, ...transpose });
    }
  });

  it("matches float64 for one row, one column and one step", () => {
    for (const transpose of transposes) {
      for (const size of [1, 3, 4, 5, 8, 9, 31, 1027]) {
        check(variant, { m: 1, n: size, k: 67, ...transpose, accumulate: size % 2 === 0 });
        check(variant, { m: size, n: 1, k: 67, ...transpose, gaps: [1, 2, 3] });
        check(variant, { m: 1, n: 1, k: size, ...transpose });
      }
      check(variant, { m: 83, n: 41, k: 1, ...transpose });
    }
  });

  it("crosses the blocks of rows and columns", () => {
    check(variant, { m: 165, n: 1030, k: 17 });
    check(variant, { m: 81, n: 1025, k: 9, transposeA: true, transposeB: true, accumulate: true });
  });

  it("takes any strides", () => {
    for (const transpose of transposes) {
      for (const [m, n, k] of [
        [1, 13, 9],
        [13, 1, 9],
        [12, 17, 30],
        [23, 40, 19],
      ]) {
        check(variant, { m, n, k, ...transpose, steps: [2, 3], gaps: [1, 5, 7] });
        check(variant, { m, n, k, ...transpose, steps: [3, 1], gaps: [0, 4, 1], accumulate: true });
      }
    }
  });

  it("gives zeros for K = 0 unless it accumulates, and writes nothing for M = 0 or N = 0", () => {
    check(variant, { m: 5, n: 9, k: 0, gaps: [0, 0, 2] });
    check(variant, { m: 5, n: 9, k: 0, accumulate: true });
    for (const shape of [
      { m: 0, n: 9, k: 4 },
      { m: 9, n: 0, k: 4 },
      { m: 0, n: 0, k: 0 },
      { m: 1, n: 0, k: 3 },
      { m: 0, n: 1, k: 3 },
    ]) {
      check(variant, shape);
    }
  });

  it("takes zero and negative strides", () => {
    const { memory, gemm } = instantiate(variant, 80);
    const floats = new Float32Array(memory.buffer);
    const [m, n, k] = [6, 30, 10];
    for (let p = 0; p < k; p++) floats[p] = p + 1;
    for (let p = 0; p < k; p++) for (let j = 0; j < n; j++) floats[100 + p * n + j] = p * 100 + j;
    // All rows of A are the same, and rows of B are taken from the last to the first.
    gemm(m, n, k, 0, 0, 4, 4 * (100 + (k - 1) * n), -4 * n, 4, 4000, 4 * n, 0, 65536);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += (p + 1) * ((k - 1 - p) * 100 + j);
        expect(floats[1000 + i * n + j]).toBe(sum);
      }
    }
  });

  it("gives the same bits however rows and columns are split, and whatever the layout", () => {
    const [m, n, k] = [43, 61, 700];
    const { memory, gemm } = instantiate(variant, 64);
    const floats = new Float32Array(memory.buffer);
    const random = randomNumbers(3);
    const [a, aTransposed, b, bTransposed, c, split, workspace] = [0, 200e3, 400e3, 600e3, 800e3, 900e3, 1e6];
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) floats[a / 4 + i * k + p] = floats[aTransposed / 4 + p * m + i] = random();
    }
    for (let p = 0; p < k; p++) {
      for (let j = 0; j < n; j++) floats[b / 4 + p * n + j] = floats[bTransposed / 4 + j * k + p] = random();
    }
    gemm(m, n, k, a, 4 * k, 4, b, 4 * n, 4, c, 4 * n, 0, workspace);
    const expected = new Uint32Array(memory.buffer, c, m * n).slice();
    for (const rows of [1, 2, 5, 20, m]) {
      for (const columns of [1, 3, 8, 24, 32, n]) {
        for (const transposed of [false, true]) {
          floats.fill(NaN, split / 4, split / 4 + m * n);
          for (let i = 0; i < m; i += rows) {
            for (let j = 0; j < n; j += columns) {
              const [pieceM, pieceN] = [Math.min(rows, m - i), Math.min(columns, n - j)];
              const target = split + 4 * (i * n + j);
              if (transposed) {
                const [pieceA, pieceB] = [aTransposed + 4 * i, bTransposed + 4 * k * j];
                gemm(pieceM, pieceN, k, pieceA, 4, 4 * m, pieceB, 4, 4 * k, target, 4 * n, 0, workspace);
              } else {
                const [pieceA, pieceB] = [a + 4 * k * i, b + 4 * j];
                gemm(pieceM, pieceN, k, pieceA, 4 * k, 4, pieceB, 4 * n, 4, target, 4 * n, 0, workspace);
              }
            }
          }
          expect(new Uint32Array(memory.buffer, split, m * n)).toEqual(expected);
        }
      }
    }
  });

  it("works on both sides of the address 2^31", () => {
    const { memory, gemm } = instantiate(variant, 32768 + 64);
    const [m, n, k] = [20, 32, 40];
    const a = 2 ** 31 - 4 * 300;
    const [b, c, workspace] = [a + 4 * m * k, a - 4 * m * n, 2 ** 31 + 65536];
    const left = new Float32Array(memory.buffer, a, m * k).map((_, i) => (i % 7) - 3);
    const right = new Float32Array(memory.buffer, b, k * n).map((_, i) => (i % 5) - 2);
    new Float32Array(memory.buffer, a, m * k).set(left);
    new Float32Array(memory.buffer, b, k * n).set(right);
    gemm(m, n, k, a, 4 * k, 4, b, 4 * n, 4, c, 4 * n, 0, workspace);
    const product = new Float32Array(memory.buffer, c, m * n);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += left[i * k + p] * right[p * n + j];
        expect(product[i * n + j]).toBe(sum);
      }
    }
  });
});
