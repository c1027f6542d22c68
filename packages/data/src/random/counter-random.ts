import { ValueError } from "@minima/tensor";
import { threefry2x32 } from "./threefry.ts";

/** What the numbers are for. Streams of different purposes never coincide, even under one seed. */
const purpose = { shuffle: 0, split: 1, digit: 2, digitLabel: 3 } as const;

/** Name of a purpose. */
export type Purpose = keyof typeof purpose;

/**
 * Random numbers as a pure function of (seed, purpose, stream, position): the key of Threefry-2x32 is the seed (53 bits)
 * with the purpose in its top byte, the counter is (position, stream). No state of one stream reaches another, so the
 * 7th epoch or the 50,000th image can be had without those before it.
 */
export class CounterRandom {
  readonly #key0: number;
  readonly #key1: number;
  readonly #words = new Uint32Array(2);
  #stream = 0;
  #position = 0;
  #left = 0;

  /** @throws ValueError unless `seed` is an integer from 0 to 2^53 - 1. */
  constructor(seed: number, use: Purpose, stream = 0) {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ValueError(`seed must be an integer from 0 to 2^53 - 1, got ${seed}`);
    }
    this.#key0 = seed | 0;
    this.#key1 = Math.floor(seed / 2 ** 32) | (purpose[use] << 24);
    this.seek(stream);
  }

  /** Goes to the beginning of a stream, an integer from 0 to 2^32 - 1. */
  seek(stream: number): void {
    this.#stream = stream | 0;
    this.#position = 0;
    this.#left = 0;
  }

  /** 32 random bits as an integer from 0 to 2^32 - 1. */
  bits(): number {
    if (this.#left === 0) {
      threefry2x32(this.#key0, this.#key1, this.#position, this.#stream, this.#words);
      this.#position = (this.#position + 1) | 0;
      this.#left = 2;
    }
    this.#left -= 1;
    return this.#words[1 - this.#left];
  }

  /** A uniform number in [low, high), in steps of (high - low) / 2^24. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.bits() >>> 8) * 2 ** -24);
  }

  /**
   * An integer from 0 to `limit` - 1, all equally likely: bits of the incomplete last range are drawn again.
   * `limit` is an integer from 1 to 2^32.
   */
  below(limit: number): number {
    const complete = 2 ** 32 - (2 ** 32 % limit);
    let bits = this.bits();
    while (bits >= complete) bits = this.bits();
    return bits % limit;
  }
}
