import { ValueError } from "@minima/tensor";
import { CounterRandom } from "../random/counter-random.ts";
import { identity, shuffleInPlace } from "../random/permutation.ts";
import { Canvas, pixels, side } from "./canvas.ts";
import { flatten } from "./flatten.ts";
import type { Glyph } from "./glyphs.ts";
import { glyphs } from "./glyphs.ts";
import { Handwriting } from "./handwriting.ts";

/** Which digits to draw. */
export interface DrawDigitsOptions {
  /** How many. */
  readonly count: number;
  /** Seed of the drawings, 0 by default. */
  readonly seed?: number | undefined;
  /** Index of the first, 0 by default: digits 60,000 to 69,999 make a test set for digits 0 to 59,999. */
  readonly first?: number | undefined;
}

/** Drawn digits as bytes. */
export interface DrawnDigits {
  /** `count` images of 28 x 28 bytes, row by row, 0 for paper and up to 255 for ink. */
  readonly images: Uint8Array;
  /** 0 to 9 for each image. */
  readonly labels: Uint8Array;
}

const classes = 10;

/**
 * Draws handwritten-looking digits, for when no data set can be had: several ways of writing each digit, with random
 * slant, rotation, size, position, wobble, pen, blur and noise.
 *
 * Digit `i` depends on (seed, i) alone and is the same to the bit on every platform. Each ten digits from a multiple of
 * ten hold every class once, in random order.
 *
 * @throws ValueError for a count or index that is not a whole number, or reaches beyond 2^32.
 */
export function drawDigits(options: DrawDigitsOptions): DrawnDigits {
  const { count, seed = 0, first = 0 } = options;
  checkRange(count, first);
  const images = new Uint8Array(count * pixels);
  const labels = digitLabels(first, count, seed);
  const random = new CounterRandom(seed, "digit");
  const artist = new Artist();
  for (let i = 0; i < count; i++) {
    random.seek(first + i);
    artist.draw(labels[i], random, images.subarray(i * pixels, (i + 1) * pixels));
  }
  return { images, labels };
}

function checkRange(count: number, first: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ValueError(`drawDigits: count must be a whole number from 1 up, got ${count}`);
  }
  if (!Number.isSafeInteger(first) || first < 0 || first + count > 2 ** 32) {
    throw new ValueError(
      `drawDigits: first must be a whole number from 0 up, first + count at most 2^32, got ${first}`,
    );
  }
}

function digitLabels(first: number, count: number, seed: number): Uint8Array {
  const labels = new Uint8Array(count);
  const random = new CounterRandom(seed, "digitLabel");
  let order = identity(classes);
  for (let i = 0; i < count; i++) {
    const place = (first + i) % classes;
    if (i === 0 || place === 0) {
      random.seek(Math.floor((first + i) / classes));
      order = identity(classes);
      shuffleInPlace(order, random);
    }
    labels[i] = order[place];
  }
  return labels;
}

/** Holds what is used again for every digit. */
class Artist {
  readonly #canvas = new Canvas();
  readonly #hand = new Handwriting();
  readonly #points = new Float64Array(64);
  readonly #from = new Float64Array(2);
  readonly #to = new Float64Array(2);

  draw(digit: number, random: CounterRandom, output: Uint8Array): void {
    const variants = glyphs[digit];
    const glyph = variants[random.below(variants.length)];
    this.#hand.draw(random, side);
    this.#canvas.clear();
    this.#write(glyph, random);
    this.#canvas.develop(this.#hand.softness);
    this.#canvas.blur(this.#hand.blur);
    this.#expose(random, output);
  }

  #write(glyph: Glyph, random: CounterRandom): void {
    const hand = this.#hand;
    glyph.points.forEach((coordinate, index) => {
      this.#points[index] = coordinate + random.uniform(-hand.jitter, hand.jitter);
    });
    for (const stroke of glyph.strokes) {
      flatten(stroke, this.#points, (x0, y0, x1, y1, progress) => {
        hand.place(x0, y0, this.#from);
        hand.place(x1, y1, this.#to);
        const radius = hand.radiusAtStart + (hand.radiusAtEnd - hand.radiusAtStart) * progress;
        this.#canvas.stroke(this.#from[0], this.#from[1], this.#to[0], this.#to[1], radius);
      });
    }
  }

  /** Ink and noise to bytes. One draw of 32 bits serves the noise of four pixels. */
  #expose(random: CounterRandom, output: Uint8Array): void {
    const { ink } = this.#canvas;
    const { intensity, noise } = this.#hand;
    for (let pixel = 0; pixel < pixels; pixel += 4) {
      const bits = random.bits();
      for (let byte = 0; byte < 4; byte++) {
        const grain = ((bits >>> (8 * byte)) & 255) / 127.5 - 1;
        const value = ink[pixel + byte] * intensity + grain * noise;
        output[pixel + byte] = value <= 0 ? 0 : value >= 1 ? 255 : Math.floor(value * 255 + 0.5);
      }
    }
  }
}
