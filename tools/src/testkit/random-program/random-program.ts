import * as T from "@minima/tensor";
import { binary, choose, limited, positive, stepwise, unary } from "./elementwise.ts";
import { ordered, ranked, scanned, scattered, taken } from "./indexing.ts";
import { cast, comparison, constant, drawn, integerArithmetic, logic } from "./integers.ts";
import { contraction, product } from "./products.ts";
import { ProgramBuilder, type Step } from "./program-builder.ts";
import { normalize, reduce, reduceExact } from "./reductions.ts";
import { TestRandom } from "./test-random.ts";
import type { StepResult, Value } from "./value.ts";
import { join, view } from "./views.ts";
import { convolution, pooling, resampling, sampling, unfolding } from "./windows.ts";

/** A random computation: the values to read, and what it was. */
export interface RandomProgram {
  readonly outputs: readonly Value[];
  /** Whether there is work that threads share. */
  readonly isLarge: boolean;
  readonly description: string;
}

/** Steps, and how often each is tried. */
const steps: readonly (readonly [weight: number, step: Step])[] = [
  [8, unary],
  [2, positive],
  [8, binary],
  [3, choose],
  [1, limited],
  [2, stepwise],
  [12, view],
  [4, join],
  [5, reduce],
  [3, reduceExact],
  [5, normalize],
  [5, product],
  [1, contraction],
  [3, convolution],
  [3, pooling],
  [2, resampling],
  [1, sampling],
  [1, unfolding],
  [3, taken],
  [3, scattered],
  [3, ordered],
  [2, ranked],
  [2, scanned],
  [3, cast],
  [3, integerArithmetic],
  [1, comparison],
  [1, constant],
  [1, logic],
  [2, drawn],
];
const lottery = steps.flatMap(([weight, step]) => new Array<Step>(weight).fill(step));

const shapes = [[3, 4], [4], [2, 3, 4], [1, 4], [5, 3], [2, 1, 4], [17], [4, 17], [], [2, 3, 6, 5], [1, 4, 9], [33, 5]];
const largeShapes = [[64, 65], [130, 33], [8, 16, 31], [5000], [4, 8, 12, 11]];
/** Of integers: small ones, and all that int32 holds. */
const ranges: readonly (readonly [number, number])[] = [[-9, 9], [-9, 9], [-(2 ** 31), 2 ** 31 - 1], [2 ** 31 - 2, 2 ** 31 - 1]]; // prettier-ignore
/** What later steps, and comparisons, can bear. */
const mostLimit = 8;

export interface RandomProgramOptions {
  /** Whether there may be subnormal numbers, which some devices take for zeros. Default: true. */
  readonly withSubnormals?: boolean;
}

/** Builds a random program of `length` operations on random inputs; seeds give programs one to one. */
export function randomProgram(seed: number, length: number, options: RandomProgramOptions = {}): RandomProgram {
  const r = new TestRandom(seed);
  // Large enough to be divided between threads, or small.
  const isLarge = r.chance(0.1);
  const specials = [NaN, Infinity, -Infinity, -0, options.withSubnormals === false ? 2 ** -100 : 2 ** -140];
  const p = new ProgramBuilder(r, {
    mostElements: isLarge ? 40_000 : 4000,
    specials: r.chance(0.06) ? specials : [],
  });
  const withEmpty = r.chance(0.06);
  for (let i = 0; i < 4; i++) {
    const shape = i === 0 && isLarge ? r.pick(largeShapes) : i === 1 && withEmpty ? [3, 0, 4] : r.pick(shapes);
    p.add(i === 3 && r.chance(0.5) ? p.integerInput(shape, ...r.pick(ranges)) : p.specialInput(shape));
  }
  for (let made = 0; made < length;) {
    const step = r.pick(lottery);
    if (p.take((builder) => bounded(step(builder)))) made++;
  }
  // All that was computed is compared, some of it because something else depends on it.
  const made = p.values.slice(4);
  return {
    outputs: [...p.ends.filter((value) => made.includes(value)), r.pick(made)],
    isLarge,
    description: p.lines.join("\n"),
  };
}

/** The value, multiplied with a power of two if it may be large. */
function bounded(value: StepResult | null): StepResult | null {
  if (value === null || value.tensor.dtype !== "float32" || value.limit <= mostLimit) return value;
  const scale = 2 ** Math.floor(Math.log2(mostLimit / value.limit));
  return { ...value, tensor: T.mul(value.tensor, scale), limit: mostLimit, text: `${value.text}, times ${scale}` };
}
