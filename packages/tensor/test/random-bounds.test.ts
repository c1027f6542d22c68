import { describe, expect, it } from "vitest";
import { Generator, Tensor, ValueError, manualSeed, random, tensor } from "../src/index.ts";
import { elements, of } from "./ops-values.ts";

/** The generator of seed 7 before the word `counter`. */
function before(counter: number): Generator {
  const generator = new Generator(7);
  generator.state = { key: [7, 0], position: counter };
  return generator;
}

/** Where its words begin with 24 ones, and with 24 zeros: the largest and the smallest number that is drawn. */
const ones = 15549085;
const zeros = 5349979;

const largest = Math.fround(3.4028234663852886e38);
const smallest = 2 ** -149;

describe("uniform numbers", () => {
  it.each<[low: number, high: number]>([
    [0, 1],
    [100, 101],
    [-101, -100],
    [-1, 1],
    [-0.3, 0.7],
    [0.1, 0.2],
    [0, 16777217],
    [-3e38, 3e38],
    [-largest, largest],
    [0, largest],
    [-largest, 0],
    [1, 1 + 2 ** -23],
    [1 - 2 ** -24, 1],
    [-1 - 2 ** -23, -1],
    [2 ** 24, 2 ** 24 + 2],
    [0, smallest],
    [-smallest, 0],
    [-smallest, smallest],
    [3 * smallest, 5 * smallest],
    [1e-40, 1],
    [-1e-3, 1e30],
  ])("of [%f, %f) reach low and never high", async (low, high) => {
    const [least, end] = [Math.fround(low), Math.fround(high)];
    for (const counter of [ones, zeros, 0]) {
      const values = await elements(random.uniform([64], { low, high, generator: before(counter) }));
      for (const value of values) {
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThan(end);
      }
      if (counter === zeros) expect(values[0]).toBe(Math.fround(low));
    }
  });

  it("are low + u·(high - low) with the bits of that formula in float32, but where it gives high", async () => {
    const u = await elements(random.uniform([2000], { generator: before(ones) }));
    expect(u[0]).toBe(1 - 2 ** -24);
    const values = await elements(random.uniform([2000], { low: 100, high: 101, generator: before(ones) }));
    expect(values[0]).toBe(101 - 2 ** -17);
    expect(values.slice(1)).toEqual(u.slice(1).map((x) => Math.fround(x + 100)));
  });

  it("spread over a range wider than the largest float32", async () => {
    const values = await elements(random.uniform([4000], { low: -3e38, high: 3e38, generator: new Generator(7) }));
    const share = (from: number, to: number): number => values.filter((x) => x >= from && x < to).length / 4000;
    for (let i = 0; i < 4; i++)
      expect(Math.abs(share(-3e38 + i * 1.5e38, -1.5e38 + i * 1.5e38) - 0.25)).toBeLessThan(0.03);
  });

  it.each([
    [3, 3],
    [-0.1, -0.1],
    [1, 1 + 1e-12],
    [0.1 - 1e-10, 0.1 + 1e-10],
  ])("of [%f, %f), one float32, are that", async (low, high) => {
    const values = await elements(random.uniform([8], { low, high, generator: before(ones) }));
    expect(values).toEqual(new Array(8).fill(Math.fround(low)));
  });

  it.each<[string, () => unknown, RegExp]>([
    ["low above high", () => random.uniform([1], { low: 2, high: 1 }), /random\.uniform: low 2 lies above high 1/],
    ["low NaN", () => random.uniform([1], { low: NaN }), /random\.uniform: low NaN must be a finite number/],
    ["high NaN", () => random.uniform([1], { high: NaN }), /random\.uniform: high NaN/],
    ["high infinite", () => random.uniform([1], { high: Infinity }), /random\.uniform: high Infinity/],
    ["low infinite", () => random.uniform([1], { low: -Infinity }), /random\.uniform: low -Infinity/],
    ["high beyond float32", () => random.uniform([1], { high: 1e39 }), /random\.uniform: high 1e\+39/],
    ["a negative extent", () => random.uniform([-1]), /random\.uniform: shape \[-1\] must hold integers/],
    ["a number as shape", () => random.uniform(3 as never), /random\.uniform: .*3/],
  ])("refuse %s", (_, f, message) => expect(f).toThrow(message));
});

describe("random integers", () => {
  it.each<[low: number, high: number, dtype: "int32" | "uint32" | "uint8"]>([
    [0, 2 ** 31, "int32"],
    [-(2 ** 31), 2 ** 31, "int32"],
    [-(2 ** 31), 0, "int32"],
    [-(2 ** 31), 5, "int32"],
    [2 ** 31 - 1, 2 ** 31, "int32"],
    [-3, 3000000000 - 2 ** 31, "int32"],
    [0, 2 ** 32, "uint32"],
    [5, 2 ** 32, "uint32"],
    [2 ** 31, 2 ** 31 + 10, "uint32"],
    [0, 256, "uint8"],
    [250, 256, "uint8"],
  ])("of [%i, %i) as %s are low + word mod (high - low)", async (low, high, dtype) => {
    const words = await elements(new Generator(7).bits([200]));
    const drawn = random.randint([200], { low, high, dtype, generator: new Generator(7) });
    expect(drawn.dtype).toBe(dtype);
    expect(await elements(drawn)).toEqual(words.map((word) => low + (word % (high - low))));
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      "what int32 does not hold",
      () => random.randint([1], { high: 2 ** 32 }),
      /int32 does not hold all integers of \[0, 4294967296\); give dtype: "uint32"/,
    ],
    [
      "what no dtype holds",
      () => random.randint([1], { low: -1, high: 2 ** 32 }),
      /int32 does not hold all integers of \[-1, 4294967296\); use a smaller range/,
    ],
    ["one too low", () => random.randint([1], { low: -(2 ** 31) - 1, high: 0 }), /int32 does not hold .*-2147483649/],
    [
      "negative ones as uint32",
      () => random.randint([1], { low: -5, high: 5, dtype: "uint32" }),
      /uint32 does not hold all integers of \[-5, 5\); give dtype: "int32"/,
    ],
    ["too much for uint8", () => random.randint([1], { high: 257, dtype: "uint8" }), /uint8 does not hold/],
    ["fractions", () => random.randint([1], { high: 2.5 }), /random\.randint: high 2\.5 must be an integer/],
    ["a low that is none", () => random.randint([1], { low: 0.5, high: 3 }), /low 0\.5 must be an integer/],
    ["NaN", () => random.randint([1], { high: NaN }), /high NaN must be an integer/],
    ["infinity", () => random.randint([1], { high: Infinity }), /high Infinity must be an integer/],
    ["an empty range", () => random.randint([1], { low: 3, high: 3 }), /\[3, 3\) holds no integer/],
    ["a range backwards", () => random.randint([1], { low: 3, high: 1 }), /\[3, 1\) holds no integer/],
    [
      "floats",
      () => random.randint([1], { high: 3, dtype: "float32" as never }),
      /dtype float32 is none of int32, uint32, uint8/,
    ],
  ])("refuse %s", (_, f, message) => {
    expect(f).toThrow(message);
    expect(f).toThrow(ValueError);
  });
});

describe("other distributions at their limits", () => {
  it.each([
    [1, 1],
    [0, 0],
  ])("bernoulli of p = %i is always %i", async (p, value) => {
    for (const counter of [ones, zeros]) {
      expect(await elements(random.bernoulli([32], { p, generator: before(counter) }))).toEqual(
        new Array(32).fill(value),
      );
    }
  });

  it("normal of std 0 is the mean, and always finite", async () => {
    for (const counter of [ones, zeros, ones - 1, zeros - 1]) {
      const generator = before(counter);
      expect(await elements(random.normal([3], { mean: 5, std: 0, generator }))).toEqual([5, 5, 5]);
      for (const value of await elements(random.normal([3], { generator }))) expect(Math.abs(value)).toBeLessThan(6);
    }
  });

  it.each([
    { low: -2, high: 2 },
    { low: 0.1, high: 0.3 },
    { low: -Infinity, high: Infinity },
    { low: -Infinity, high: 0.5 },
    { low: -0.5, high: Infinity },
    { low: -40, high: 40 },
    { low: 100, high: 104, mean: 101, std: 2 },
    { low: 0, high: 1e-5, std: 1 },
  ])("truncated normals within [$low, $high] are finite and never outside", async (options) => {
    for (const counter of [ones, zeros, 0]) {
      for (const value of await elements(random.truncatedNormal([100], { ...options, generator: before(counter) }))) {
        expect(Number.isFinite(value)).toBe(true);
        expect(value).toBeGreaterThanOrEqual(Math.fround(options.low));
        expect(value).toBeLessThanOrEqual(Math.fround(options.high));
        if (Math.abs(options.high) > 6) expect(value).toBeLessThan(101 + 12);
      }
    }
  });

  it("what is empty stays so", async () => {
    const generator = new Generator(7);
    const empty = [
      random.uniform([0, 3], { low: 2, high: 3, generator }),
      random.normal([0], { generator }),
      random.truncatedNormal([3, 0], { generator }),
      random.randint([0], { high: 3, generator }),
      random.permutation(0, { generator }),
      random.categorical(tensor([], { shape: [0, 4] }), { generator }),
    ];
    for (const t of empty) expect(await elements(t)).toEqual([]);
    expect(random.shuffle(tensor([], { shape: [0, 3] }), { generator }).shape).toEqual([0, 3]);
    expect(await elements(random.shuffle(tensor([], { shape: [3, 0] }), { generator }))).toEqual([]);
    expect(await elements(random.permutation(1, { generator }))).toEqual([0]);
    expect(await elements(random.shuffle(of([4]), { generator }))).toEqual([4]);
  });

  it("categorical never draws a class of logit -Infinity, and says what it does without probabilities", async () => {
    const rows = [
      [-Infinity, 0, -1000, -Infinity],
      [-Infinity, -Infinity, -Infinity, 3],
      [-Infinity, -Infinity, -Infinity, -Infinity],
      [0, NaN, 50, NaN],
    ];
    for (const counter of [ones, zeros, 0]) {
      expect(await elements(random.categorical(tensor(rows), { generator: before(counter) }))).toEqual([1, 3, 0, 1]);
    }
  });

  it.each<[string, () => unknown, RegExp]>([
    ["p NaN", () => random.bernoulli([1], { p: NaN }), /random\.bernoulli: p NaN must lie in \[0, 1\]/],
    ["p above 1", () => random.bernoulli([1], { p: 1.5 }), /random\.bernoulli: p 1\.5/],
    ["p below 0", () => random.bernoulli([1], { p: -0.1 }), /random\.bernoulli: p -0\.1/],
    ["std below 0", () => random.normal([1], { std: -1 }), /random\.normal: std -1 must be at least 0/],
    ["std NaN", () => random.normal([1], { std: NaN }), /random\.normal: std NaN/],
    ["std infinite", () => random.normal([1], { std: Infinity }), /random\.normal: std Infinity/],
    ["mean infinite", () => random.normal([1], { mean: -Infinity }), /random\.normal: mean -Infinity must be a finite/],
    ["mean NaN", () => random.normal([1], { mean: NaN }), /random\.normal: mean NaN/],
    ["bounds NaN", () => random.truncatedNormal([1], { low: NaN }), /random\.truncatedNormal: low NaN must lie below/],
    ["a mean far away", () => random.truncatedNormal([1], { mean: 50 }), /holds next to nothing/],
    ["a mean NaN", () => random.truncatedNormal([1], { mean: NaN }), /random\.truncatedNormal: mean NaN/],
    [
      "half a permutation",
      () => random.permutation(2.5),
      /random\.permutation: n 2\.5 must be an integer of at least 0/,
    ],
    ["a permutation of NaN", () => random.permutation(NaN), /random\.permutation: n NaN/],
    ["shuffling a scalar", () => random.shuffle(tensor(3)), /random\.shuffle: axis 0/],
    ["an axis that does not exist", () => random.shuffle(of([1, 2]), { axis: 1 }), /random\.shuffle: axis 1/],
    ["classes of a scalar", () => random.categorical(tensor(1)), /random\.categorical: axis -1/],
    ["a fractional seed", () => manualSeed(2.5), /manualSeed: seed 2\.5 must be an integer of up to 53 bits/],
    ["a seed NaN", () => manualSeed(NaN), /manualSeed: seed NaN/],
    ["no seed", () => manualSeed(undefined as never), /manualSeed: seed undefined/],
    ["a seed of 54 bits", () => new Generator(2 ** 53), /Generator: seed 9007199254740992/],
    ["a bad seed later", () => new Generator(1).seed(Infinity), /Generator\.seed: seed Infinity/],
    [
      "a state without a key",
      () => (new Generator(1).state = { position: 0 } as never),
      /Generator\.state: key must be an array/,
    ],
    [
      "a key of three words",
      () => (new Generator(1).state = { key: [1, 2, 3], position: 0 } as never),
      /two words, not 3/,
    ],
    [
      "a position before the start",
      () => (new Generator(1).state = { key: [1, 2], position: -1 }),
      /HostCounter: value -1/,
    ],
    ["bits of a bad shape", () => new Generator(1).bits([1.5]), /Generator\.bits: shape \[1\.5\]/],
  ])("refuse %s", (_, f, message) => expect(f).toThrow(message));

  it("a seed that is refused leaves the generator as it was", () => {
    const generator = manualSeed(3);
    const { state } = generator;
    expect(() => manualSeed(NaN)).toThrow(ValueError);
    expect(generator.state).toEqual(state);
    expect(random.uniform([2])).toBeInstanceOf(Tensor);
  });
});
