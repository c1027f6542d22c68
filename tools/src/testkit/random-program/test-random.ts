/** Random numbers for tests: a linear congruential generator, the same everywhere. */
export class TestRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 12345) >>> 0;
    for (let i = 0; i < 4; i++) this.unit();
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** In [-1, 1), as a float32. */
  signed(): number {
    return Math.fround(this.unit() * 2 - 1);
  }

  /** True as often as the probability says. */
  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** An integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** One of a list; undefined of an empty one. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j], result[i]];
    }
    return result;
  }
}
