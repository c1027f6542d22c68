import type { CounterRandom } from "../random/counter-random.ts";

/** Points of the grid on which the wobble of the hand is drawn, along each axis. */
const gridSide = 4;

/**
 * How one digit is written: where a point of the unit box comes to lie on the canvas, and with what pen.
 * Only additions, multiplications, divisions and square roots are used on the way from random bits to pixels: these are
 * exact to the last bit by IEEE 754 on every platform, sines and exponentials are not.
 */
export class Handwriting {
  readonly #wobble = new Float64Array(2 * gridSide * gridSide);
  #xx = 0;
  #xy = 0;
  #yx = 0;
  #yy = 0;
  #centreX = 0;
  #centreY = 0;
  /** Radius of the pen in pixels at the beginning and at the end of a stroke. */
  radiusAtStart = 0;
  radiusAtEnd = 0;
  /** Width of an edge in pixels. */
  softness = 0;
  /** Weight of the neighbours in the blur. */
  blur = 0;
  /** Darkness of the ink, from 0 to 1. */
  intensity = 0;
  /** Largest change of a pixel by noise. */
  noise = 0;
  /** Largest displacement of a point by chance, in the unit box. */
  jitter = 0;

  /** Chooses another hand. `side` is the width of the canvas in pixels. */
  draw(random: CounterRandom, side: number): void {
    const height = random.uniform(15, 21);
    const width = height * random.uniform(0.55, 0.95);
    const slant = random.uniform(-0.2, 0.3) + random.uniform(-0.05, 0.15);
    // t = tan(angle / 2) gives sine and cosine without either function; 0.1317 is 15 degrees.
    const t = random.uniform(-0.1317, 0.1317);
    const cosine = (1 - t * t) / (1 + t * t);
    const sine = (2 * t) / (1 + t * t);
    this.#xx = cosine * width;
    this.#xy = -(cosine * slant + sine) * height;
    this.#yx = sine * width;
    this.#yy = (cosine - sine * slant) * height;
    this.#centreX = side / 2 + random.uniform(-2, 2);
    this.#centreY = side / 2 + random.uniform(-2, 2);
    const radius = random.uniform(0.8, 1.8);
    const pressure = random.uniform(-0.25, 0.25);
    this.radiusAtStart = radius * (1 + pressure);
    this.radiusAtEnd = radius * (1 - pressure);
    this.softness = random.uniform(0.9, 1.8);
    this.blur = random.uniform(0, 0.2);
    this.intensity = random.uniform(0.65, 1);
    this.noise = random.uniform(0, 0.2);
    this.jitter = random.uniform(0.01, 0.05);
    const wobble = random.uniform(0.02, 0.1);
    for (let i = 0; i < this.#wobble.length; i++) this.#wobble[i] = random.uniform(-wobble, wobble);
  }

  /** Writes the canvas position of point (x, y) of the unit box to `output`. */
  place(x: number, y: number, output: Float64Array): void {
    const grid = this.#wobble;
    const column = cell(x);
    const row = cell(y);
    const u = ease(x * (gridSide - 1) - column);
    const v = ease(y * (gridSide - 1) - row);
    const corner = 2 * (row * gridSide + column);
    const below = corner + 2 * gridSide;
    const w00 = (1 - u) * (1 - v);
    const w10 = u * (1 - v);
    const w01 = (1 - u) * v;
    const w11 = u * v;
    const shiftX = w00 * grid[corner] + w10 * grid[corner + 2] + w01 * grid[below] + w11 * grid[below + 2];
    const shiftY = w00 * grid[corner + 1] + w10 * grid[corner + 3] + w01 * grid[below + 1] + w11 * grid[below + 3];
    const dx = x + shiftX - 0.5;
    const dy = y + shiftY - 0.5;
    output[0] = this.#centreX + this.#xx * dx + this.#xy * dy;
    output[1] = this.#centreY + this.#yx * dx + this.#yy * dy;
  }
}

/** Cell of the grid in which a coordinate lies; those a little outside the box belong to the border cells. */
function cell(coordinate: number): number {
  return Math.min(Math.max(Math.floor(coordinate * (gridSide - 1)), 0), gridSide - 2);
}

/** 3 t^2 - 2 t^3, held between 0 and 1: no kink where cells meet. */
function ease(t: number): number {
  const held = t < 0 ? 0 : t > 1 ? 1 : t;
  return held * held * (3 - 2 * held);
}
