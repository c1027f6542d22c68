import { describe, expect, it } from "vitest";
import { CounterRandom } from "../src/random/counter-random.ts";
import { identity, shuffleInPlace } from "../src/random/permutation.ts";
import { threefry2x32 } from "../src/random/threefry.ts";

describe("threefry2x32", () => {
  // The known answers of the reference implementation (Random123, 20 rounds).
  it.each([
    { key: [0, 0], counter: [0, 0], output: [0x6b200159, 0x99ba4efe] },
    { key: [0xffffffff, 0xffffffff], counter: [0xffffffff, 0xffffffff], output: [0x1cb996fc, 0xbb002be7] },
    { key: [0x13198a2e, 0x03707344], counter: [0x243f6a88, 0x85a308d3], output: [0xc4923a9c, 0x483df7a0] },
  ])("key $key, counter $counter", ({ key, counter, output }) => {
    const words = new Uint32Array(2);
    threefry2x32(key[0], key[1], counter[0], counter[1], words);
    expect([...words]).toEqual(output);
  });
});

describe("CounterRandom", () => {
  const first = (random: CounterRandom) => Array.from({ length: 5 }, () => random.bits());

  it("gives the words of a block in order, and goes back on seek", () => {
    const random = new CounterRandom(0, "shuffle");
    const numbers = first(random);
    expect(numbers.slice(0, 2)).toEqual([0x6b200159, 0x99ba4efe]);
    random.seek(0);
    expect(first(random)).toEqual(numbers);
  });

  it("keeps seeds, purposes and streams apart", () => {
    const sequences = [
      new CounterRandom(1, "shuffle"),
      new CounterRandom(2, "shuffle"),
      new CounterRandom(1 + 2 ** 32, "shuffle"),
      new CounterRandom(1, "split"),
      new CounterRandom(1, "shuffle", 1),
    ].map((random) => first(random).join());
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it("draws bounded integers without bias", () => {
    const random = new CounterRandom(3, "shuffle");
    const limit = 3 * 2 ** 30; // a plain remainder would give the lower third twice as often
    let low = 0;
    const draws = 6000;
    for (let i = 0; i < draws; i++) {
      const value = random.below(limit);
      expect(value).toBeLessThan(limit);
      if (value < limit / 3) low++;
    }
    expect(low / draws).toBeCloseTo(1 / 3, 1);
  });

  it("draws uniform numbers in the range", () => {
    const random = new CounterRandom(4, "digit");
    const numbers = Array.from({ length: 4000 }, () => random.uniform(-1, 3));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...numbers)).toBeLessThan(3);
    expect(numbers.reduce((sum, x) => sum + x, 0) / numbers.length).toBeCloseTo(1, 0);
  });

  it.each([-1, 1.5, NaN, 2 ** 53])("refuses seed %d", (seed) => {
    expect(() => new CounterRandom(seed, "shuffle")).toThrow(/seed must be an integer/);
  });
});

describe("shuffleInPlace", () => {
  it("makes each order of 4 elements equally likely", () => {
    const counts = new Map<string, number>();
    const draws = 24_000;
    for (let stream = 0; stream < draws; stream++) {
      const elements = identity(4);
      shuffleInPlace(elements, new CounterRandom(0, "shuffle", stream));
      counts.set(elements.join(), (counts.get(elements.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const expected = draws / 24;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(49.7); // the 0.1 % point for 23 degrees of freedom
  });
});
