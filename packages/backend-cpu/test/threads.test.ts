import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Tensor,
  add,
  argsort,
  conv2d,
  cumsum,
  exp,
  matmul,
  maxPool2d,
  mul,
  ones,
  relu,
  run,
  setBackend,
  softmax,
  sum,
  tensor,
  transpose,
} from "@minima/tensor";
import { type CpuBackend, cpu } from "../src/index.ts";

const one = cpu({ threads: 1 });
const several = [2, 3].map((threads) => cpu({ threads }));

/** Works until all threads are up. */
async function start(backend: CpuBackend): Promise<void> {
  setBackend(backend);
  const since = performance.now();
  while (backend.startedThreads < backend.threads) {
    if (performance.now() - since > 20_000) throw new Error(`only ${backend.startedThreads} threads are up`);
    await run(matmul(ones([300, 300]), ones([300, 300])));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

beforeAll(async () => {
  for (const backend of several) await start(backend);
});

afterAll(() => {
  for (const backend of several) backend.dispose();
});

function filled(shape: readonly number[], seed: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.37 + seed)),
    { shape },
  );
}

/** Comparing bytes is much faster than comparing arrays of numbers. */
const bytes = (data: ArrayBufferView): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

const cases: readonly [string, () => Tensor][] = [
  ["a long element-wise chain", () => relu(add(mul(filled([1000, 333], 1), filled([333], 2)), 0.1))],
  ["rows", () => softmax(filled([301, 777], 3))],
  ["sums of columns", () => sum(exp(filled([2001, 130], 4)), { axis: 0 })],
  ["a sum of everything", () => sum(filled([700, 701], 4))],
  ["a product", () => matmul(filled([301, 205], 5), filled([205, 190], 6))],
  ["a product with more columns than rows", () => matmul(filled([12, 205], 5), filled([205, 1900], 6))],
  [
    "a product of transposed matrices",
    () => matmul(transpose(filled([205, 130], 5)), transpose(filled([333, 205], 6))),
  ],
  ["many products", () => matmul(filled([37, 3, 20, 30], 7), filled([3, 30, 41], 8))],
  ["more products than one job holds", () => matmul(filled([1300, 8, 12], 9), filled([1300, 12, 8], 10))],
  ["a convolution", () => conv2d(filled([5, 7, 20, 21], 1), filled([9, 7, 3, 3], 2), { padding: 1 })],
  ["pooling", () => maxPool2d(filled([5, 7, 40, 42], 1), 2)],
  ["running sums", () => cumsum(filled([50, 2003], 1), 1)],
  ["sorting", () => argsort(filled([60, 1001], 1))],
];

describe("threads", () => {
  it.each(cases)("give the bits of one thread: %s", async (_, make) => {
    setBackend(one);
    const want = await make().data();
    for (const backend of several) {
      setBackend(backend);
      for (let i = 0; i < 5; i++) expect(Buffer.compare(bytes(await make().data()), bytes(want))).toBe(0);
    }
  });

  it("survive memory that grows under them, and pauses in which they park", async () => {
    const backend = cpu({ threads: 2 });
    await start(backend);
    const results: Tensor[] = [];
    for (let i = 0; i < 12; i++) {
      const big = add(filled([512, 1024], i), 1); // 2 MB each
      await run(big);
      results.push(big);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [first] = await results[0].data();
    expect(first).toBeCloseTo(1, 6);
    backend.dispose();
    expect(backend.startedThreads).toBe(1);
  });
});

describe("the script of the threads", () => {
  const url = new URL("../src/threads/worker.js", import.meta.url);
  it.each([
    ["URL", url],
    ["text of a URL", url.href],
    ["path", fileURLToPath(url)],
  ])("may be said by a %s", async (_, workerUrl) => {
    const backend = cpu({ threads: 2, workerUrl });
    await start(backend);
    expect(backend.startedThreads).toBe(2);
    backend.dispose();
  });
});
