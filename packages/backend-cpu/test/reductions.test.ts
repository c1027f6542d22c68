import { amax, amin, argmax, mean, prod, setBackend, sum, tensor } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { cpu } from "../src/index.ts";
import { seeded } from "./seeded.ts";

beforeAll(() => setBackend(cpu({ threads: 1 })));

/** A line along an axis: where it begins, and how far its elements are apart. */
function* lines(shape: readonly number[], axis: number): Generator<{ first: number; stride: number; count: number }> {
  const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);
  const stride = product(shape.slice(axis + 1));
  const count = shape[axis];
  for (let outer = 0; outer < product(shape.slice(0, axis)); outer++) {
    for (let inner = 0; inner < stride; inner++) yield { first: outer * count * stride + inner, stride, count };
  }
}

describe("sums and means of 10 million values", () => {
  const random = seeded(1);
  const kinds: Readonly<Record<string, () => number>> = {
    "the same": () => 0.1,
    "positive and uneven": () => Math.exp((random() + random() + random() - 1.5) * 6),
    "of both signs and all sizes": () => (random() - 0.5) * 2 ** Math.floor(random() * 20),
  };
  const folded: [shape: number[], axis: number][] = [
    [[1e7], 0],
    [[10, 1e6], 0],
    [[10, 1e6], 1],
    [[1e6, 10], 0],
    [[1e6, 10], 1],
    [[1000, 100, 100], 0],
    [[1000, 100, 100], 1],
    [[1000, 100, 100], 2],
  ];
  describe.each(Object.keys(kinds))("%s", (kind) => {
    const data = Float32Array.from({ length: 1e7 }, kinds[kind]);

    it.each(folded)("%j along axis %i are within 1e-6 of the sum of sizes", async (shape, axis) => {
      const x = tensor(data, { shape });
      const [sums, means] = [await sum(x, { axis }).data(), await mean(x, { axis }).data()];
      let worst = 0;
      let line = 0;
      for (const { first, stride, count } of lines(shape, axis)) {
        let [total, lost, sizes] = [0, 0, 0];
        for (let i = 0; i < count; i++) {
          // Kahan's summation: what an addition loses goes into the next one.
          const value = data[first + i * stride];
          const next = total + (value - lost);
          lost = next - total - (value - lost);
          total = next;
          sizes += Math.abs(value);
        }
        worst = Math.max(worst, Math.abs(sums[line] - total) / sizes);
        worst = Math.max(worst, Math.abs(means[line] * count - total) / sizes);
        line++;
      }
      expect(sums.length).toBe(line);
      expect(worst).toBeLessThan(1e-6);
    });
  });
});

describe("reductions along every axis", () => {
  const shapes = [[7, 5, 9], [3, 130, 6], [131], [2, 67], [67, 2]]; // prettier-ignore
  const cases = shapes.flatMap((shape) => shape.map((_, axis) => ({ shape, axis })));
  const folds = {
    amax: [amax, (line: number[]) => Math.max(...line)],
    amin: [amin, (line: number[]) => Math.min(...line)],
    prod: [prod, (line: number[]) => line.reduce((a, b) => a * b, 1)],
    sum: [sum, (line: number[]) => line.reduce((a, b) => a + b, 0)],
  } as const;
  /** Small powers of two, so that sums and products are exact, and among them NaN, infinities and zeros. */
  const numbers = (size: number): Float32Array<ArrayBuffer> => {
    const random = seeded(size);
    const specials = [NaN, Infinity, -Infinity, 0, -0];
    return Float32Array.from({ length: size }, () => {
      if (random() < 0.02) return specials[Math.floor(random() * specials.length)];
      return (random() < 0.5 ? -1 : 1) * [0.5, 1, 2][Math.floor(random() * 3)];
    });
  };

  it.each(cases)("$shape along axis $axis, with NaN, infinities and zeros", async ({ shape, axis }) => {
    const data = numbers(shape.reduce((a, b) => a * b, 1));
    const x = tensor(data, { shape });
    const contents = [...lines(shape, axis)].map(({ first, stride, count }) =>
      Array.from({ length: count }, (_, i) => data[first + i * stride]),
    );
    for (const [op, fold] of Object.values(folds)) {
      const got = await op(x, { axis }).data();
      expect(Array.from(got, (value) => value + 0)).toEqual(contents.map((line) => Math.fround(fold(line)) + 0));
    }
    const positions = contents.map((line) => {
      const nan = line.findIndex(Number.isNaN);
      return nan >= 0 ? nan : line.indexOf(Math.max(...line));
    });
    expect(Array.from(await argmax(x, { axis }).data())).toEqual(positions);
  });
});
