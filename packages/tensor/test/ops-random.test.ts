import { describe, expect, it } from "vitest";
import { Generator, random, tensor } from "../src/index.ts";
import { elements, irregular, of } from "./ops-values.ts";

const generator = (): Generator => new Generator(7);

describe("random", () => {
  it.each([0, 1, 2, 1000])("a permutation of %i numbers has each once, and repeats with its seed", async (n) => {
    const order = random.permutation(n, { generator: generator() });
    expect(order.dtype).toBe("int32");
    const values = await elements(order);
    expect(values.slice().sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    expect(await elements(random.permutation(n, { generator: generator() }))).toEqual(values);
    if (n > 100) expect(values).not.toEqual(await elements(random.permutation(n, { generator: new Generator(8) })));
  });

  it("every permutation of three is about as likely", async () => {
    const own = generator();
    const counts = new Map<string, number>();
    for (let i = 0; i < 1200; i++) {
      const order = (await elements(random.permutation(3, { generator: own }))).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(60); // 4.6 standard deviations
  });

  it("shuffle moves whole slices", async () => {
    const x = irregular([50, 3]);
    const rows = async (t: typeof x): Promise<string[]> => {
      const data = await elements(t);
      return Array.from({ length: 50 }, (_, i) => data.slice(3 * i, 3 * i + 3).join());
    };
    const [before, after] = [await rows(x), await rows(random.shuffle(x, { generator: generator() }))];
    expect(after).not.toEqual(before);
    expect(after.slice().sort()).toEqual(before.slice().sort());
  });

  it("truncated normals keep to their bounds and have the moments of theirs", async () => {
    const n = 20000;
    const values = await elements(random.truncatedNormal([n], { generator: generator() }));
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    expect(Math.max(...values)).toBeLessThanOrEqual(2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(mean).toBeCloseTo(0, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(0.8796, 1); // √(1 - 4φ(2) / (2Φ(2) - 1))
    const shifted = await elements(
      random.truncatedNormal([n], { mean: 1, std: 0.5, low: 1, high: 9, generator: generator() }),
    );
    expect(Math.min(...shifted)).toBeGreaterThanOrEqual(1);
    expect(shifted.reduce((a, b) => a + b) / n).toBeCloseTo(1 + 0.5 * Math.sqrt(2 / Math.PI), 1);
  });

  it("categorical draws classes by their probabilities", async () => {
    const n = 10000;
    const logits = tensor(
      new Float32Array(n * 3).map((_, i) => Math.log([0.1, 0.6, 0.3][i % 3])),
      { shape: [n, 3] },
    );
    const drawn = await elements(random.categorical(logits, { generator: generator() }));
    const share = (k: number): number => drawn.filter((value) => value === k).length / n;
    [0.1, 0.6, 0.3].forEach((p, k) => expect(Math.abs(share(k) - p)).toBeLessThan(0.02));
    const never = await elements(random.categorical(of([-Infinity, 0, -Infinity]), { generator: generator() }));
    expect(never).toEqual([1]);
  });

  it.each([
    { f: () => random.truncatedNormal([1], { std: 0 }), message: /std 0 must be positive/ },
    { f: () => random.truncatedNormal([1], { low: 9, high: 10 }), message: /\[9, 10\] holds next to nothing/ },
    { f: () => random.truncatedNormal([1], { low: 1, high: -1 }), message: /low 1 must lie below high -1/ },
    { f: () => random.permutation(-1), message: /n -1 must be an integer of at least 0/ },
  ])("says what is wrong: $message", ({ f, message }) => {
    expect(f).toThrow(message);
  });
});
