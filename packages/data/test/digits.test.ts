import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { digits, drawDigits } from "../src/index.ts";

const pixels = 28 * 28;

describe("drawDigits", () => {
  it("draws the same digits on every platform", () => {
    const { images, labels } = drawDigits({ count: 200, seed: 1 });
    expect([...labels.subarray(0, 10)]).toMatchInlineSnapshot(`
      [
        7,
        4,
        0,
        6,
        8,
        5,
        1,
        2,
        9,
        3,
      ]
    `);
    expect(createHash("sha256").update(images).digest("hex")).toMatchInlineSnapshot(
      `"84b26b9bbe3c81704e943a1423c0011c265229e2ce6a73fc808e0611ea076b8e"`,
    );
  });

  it("draws digit i from (seed, i) alone", () => {
    const all = drawDigits({ count: 60, seed: 3 });
    const some = drawDigits({ count: 15, seed: 3, first: 33 });
    expect(some.images).toEqual(all.images.slice(33 * pixels, 48 * pixels));
    expect(some.labels).toEqual(all.labels.slice(33, 48));
    expect(drawDigits({ count: 15, seed: 4, first: 33 }).images).not.toEqual(some.images);
  });

  it("draws no image twice, and leaves room around ink of some weight", () => {
    const { images } = drawDigits({ count: 500 });
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const image = images.subarray(i * pixels, (i + 1) * pixels);
      seen.add(createHash("sha256").update(image).digest("hex"));
      const mean = image.reduce((sum, value) => sum + value, 0) / pixels;
      expect(mean).toBeGreaterThan(5);
      expect(mean).toBeLessThan(110);
    }
    expect(seen.size).toBe(500);
  });

  it("balances the classes", () => {
    const counts = new Array<number>(10).fill(0);
    for (const label of drawDigits({ count: 400, seed: 2, first: 70 }).labels) counts[label]++;
    expect(counts).toEqual(new Array<number>(10).fill(40));
  });

  it("can be told apart, but not by the mean image of each class", () => {
    const train = drawDigits({ count: 2000, seed: 5 });
    const test = drawDigits({ count: 1000, seed: 5, first: 2000 });
    const accuracy = nearestMean(train, test);
    expect(accuracy).toBeGreaterThan(0.4);
    expect(accuracy).toBeLessThan(0.9);
  });

  it.each([
    { count: 0 },
    { count: 1.5 },
    { count: 5, first: -1 },
    { count: 5, first: 2 ** 32 },
    { count: 5, seed: -3 },
  ])("refuses %j", (options) => {
    expect(() => drawDigits(options)).toThrow(/count|first|seed/);
  });
});

describe("digits", () => {
  it("is a data set like MNIST", () => {
    const dataset = digits({ count: 30, seed: 1, normalize: { mean: 0.5, std: 0.5 } });
    expect(dataset.length).toBe(30);
    expect(dataset.inputs).toEqual({ shape: [1, 28, 28], dtype: "float32" });
    expect(dataset.targets).toEqual({ shape: [], dtype: "int32" });
    const inputs = new Float32Array(pixels);
    const targets = new Int32Array(1);
    dataset.fill(Uint32Array.of(7), inputs, targets);
    const { images, labels } = drawDigits({ count: 1, first: 7, seed: 1 });
    expect(targets[0]).toBe(labels[0]);
    expect([...inputs]).toEqual([...images].map((byte) => expect.closeTo(byte / 127.5 - 1, 5) as unknown));
  });
});

function nearestMean(train: ReturnType<typeof drawDigits>, test: ReturnType<typeof drawDigits>): number {
  const means = Array.from({ length: 10 }, () => new Float64Array(pixels));
  train.labels.forEach((label, i) => {
    for (let p = 0; p < pixels; p++) means[label][p] += train.images[i * pixels + p] / (train.labels.length / 10);
  });
  let right = 0;
  test.labels.forEach((label, i) => {
    const image = test.images.subarray(i * pixels, (i + 1) * pixels);
    const distances = means.map((mean) => mean.reduce((sum, value, p) => sum + (value - image[p]) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / test.labels.length;
}
