import type { MatmulStep, MatrixAccess } from "@minima/tensor";
import { describe, expect, it } from "vitest";
import { MatmulKernel } from "../src/matmul/matmul.ts";
import { productRuns } from "../src/matmul/products.ts";
import { CpuMemory } from "../src/memory/memory.ts";
import { Kernels } from "../src/threads/kernels.ts";
import { variants } from "./anchor-runner.ts";
import { seeded } from "./seeded.ts";
import { serialPool } from "./serial-pool.ts";

interface Shape {
  readonly batch?: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Axes of the batch along which B is the same. */
  readonly sharedB?: readonly number[];
}

/** A step over dense operands in slots 0, 1 and 2, and how many elements these have. */
function stepOf(shape: Shape): { readonly step: MatmulStep; readonly sizes: readonly number[] } {
  const { batch = [], m, n, k, transposeA = false, transposeB = false, sharedB = [] } = shape;
  const matrix = (
    slot: number,
    rows: number,
    columns: number,
    transposed: boolean,
    same: readonly number[],
  ): [MatrixAccess, number] => {
    let size = rows * columns;
    const batchStrides = batch.map(() => 0);
    for (let axis = batch.length - 1; axis >= 0; axis--) {
      if (same.includes(axis)) continue;
      batchStrides[axis] = size;
      size *= batch[axis];
    }
    const [rowStride, columnStride] = transposed ? [1, rows] : [columns, 1];
    return [{ slot, dtype: "float32", offset: 0, batchStrides, rowStride, columnStride }, size];
  };
  const [a, aSize] = matrix(0, m, k, transposeA, []);
  const [b, bSize] = matrix(1, k, n, transposeB, sharedB);
  const [c, cSize] = matrix(2, m, n, false, []);
  return { step: { kind: "matmul", batch, m, n, k, a, b, c }, sizes: [aSize, bSize, cSize] };
}

/** Runs a step on numbers that a seed gives; C as bytes. */
function result(shape: Shape, variant: (typeof variants)[number], pool: typeof serialPool | null): Buffer {
  const memory = new CpuMemory();
  const { step, sizes } = stepOf(shape);
  const buffers = sizes.map((size) => memory.allocate(4 * Math.max(size, 1)));
  const run = new MatmulKernel({
    memory,
    kernels: new Kernels(memory),
    pool,
    options: { ...variant, shared: false },
  }).compile(step);
  memory.allocate(2 ** 24); // grown before views are taken
  const random = seeded(7);
  buffers.forEach((buffer, i) => {
    const values = new Float32Array(memory.memory.buffer, buffer.address, sizes[i]);
    for (let at = 0; at < values.length; at++) values[at] = i === 2 ? NaN : random();
  });
  run(
    buffers.map(({ address }) => address),
    0,
  );
  return Buffer.from(new Uint8Array(memory.memory.buffer, buffers[2].address, 4 * sizes[2]).slice());
}

/** The sum over k in double precision, element by element. */
function expected(shape: Shape): Float64Array {
  const { step, sizes } = stepOf(shape);
  const random = seeded(7);
  const [a, b] = [0, 1].map((i) => Float32Array.from({ length: sizes[i] }, random));
  const c = new Float64Array(sizes[2]);
  for (const run of productRuns(step, 1)) {
    for (let i = 0; i < step.m; i++) {
      for (let j = 0; j < step.n; j++) {
        let sum = 0;
        for (let p = 0; p < step.k; p++) {
          sum +=
            a[run.a / 4 + i * step.a.rowStride + p * step.a.columnStride] *
            b[run.b / 4 + p * step.b.rowStride + j * step.b.columnStride];
        }
        c[run.c / 4 + i * step.n + j] = sum;
      }
    }
  }
  return c;
}

const shapes: readonly Shape[] = [
  { m: 128, n: 96, k: 64 },
  { m: 301, n: 205, k: 190 },
  { m: 12, n: 1900, k: 77 },
  { m: 33, n: 1030, k: 1100, transposeA: true },
  { m: 57, n: 130, k: 520, transposeB: true },
  { m: 700, n: 10, k: 64 },
  { m: 300, n: 300, k: 7 },
  { m: 1, n: 1500, k: 200 },
  { m: 1, n: 1500, k: 200, transposeB: true },
  { m: 1500, n: 1, k: 200 },
  { m: 1500, n: 1, k: 200, transposeA: true },
  { batch: [2], m: 65, n: 66, k: 67 },
  { batch: [5, 4], m: 20, n: 30, k: 40 },
  { batch: [3, 4], m: 20, n: 30, k: 40, sharedB: [0] },
  { batch: [3, 4], m: 20, n: 30, k: 40, sharedB: [1], transposeB: true },
  { m: 6, n: 5, k: 0 },
];

describe.each(variants.filter(({ shared }) => !shared))(
  "matrix products, relaxed: $relaxed, wide: $wide",
  (variant) => {
    it.each(shapes)(
      "are right, and the same bits when threads share them and for vectors of another width: %o",
      (shape) => {
        const alone = result(shape, variant, null);
        const values = new Float32Array(alone.buffer, alone.byteOffset, alone.byteLength / 4);
        const want = expected(shape);
        const bound = (shape.k + 2) * 2 ** -24 * shape.k; // factors are below 1
        values.forEach((value, i) => {
          if (!(Math.abs(value - want[i]) <= bound)) expect.fail(`element ${i} is ${value}, not ${want[i]}`);
        });
        expect(Buffer.compare(result(shape, variant, serialPool), alone)).toBe(0);
        expect(Buffer.compare(result(shape, { ...variant, wide: !variant.wide }, null), alone)).toBe(0);
      },
    );
  },
);

describe("the products of a step", () => {
  it("are one run where their distances allow it, cut to the length asked for", () => {
    const { step } = stepOf({ batch: [5, 4], m: 2, n: 3, k: 4 });
    expect(productRuns(step, 100)).toEqual([{ a: 0, b: 0, c: 0, count: 20, aStep: 32, bStep: 48, cStep: 24 }]);
    expect(productRuns(step, 8).map(({ c, count }) => [c, count])).toEqual([
      [0, 8],
      [192, 8],
      [384, 4],
    ]);
  });

  it("are several runs where an operand is the same along an outer axis", () => {
    const { step } = stepOf({ batch: [2, 4], m: 2, n: 3, k: 4, sharedB: [0] });
    expect(productRuns(step, 100).map(({ a, b, count }) => [a, b, count])).toEqual([
      [0, 0, 4],
      [128, 0, 4],
    ]);
  });
});
