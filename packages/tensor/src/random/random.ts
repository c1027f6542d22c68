import { ValueError } from "../errors.ts";
import { checkInteger, checkOptions } from "../checks.ts";
import { type DType, holds } from "../dtype.ts";
import {
  add,
  clamp,
  maximumWithTiesToSecond,
  minimumWithTiesToSecond,
  mul,
  remainder,
  sub,
} from "../ops/arithmetic.ts";
import { floorDivide } from "../ops/floor-divide.ts"; // prettier-ignore
import { type Operand, asTensor } from "../ops/build.ts";
import { less } from "../ops/compare.ts";
import { indexSelect } from "../ops/indexing.ts";
import { erfinv } from "../ops/inverse.ts";
import { named } from "../ops/named.ts";
import { argmax } from "../ops/reduce.ts";
import { argsort } from "../ops/sort.ts";
import { cast, cos, log, neg, sin, sqrt } from "../ops/unary.ts";
import { concat, reshape, slice } from "../ops/views.ts";
import { erf } from "../reference/erf.ts";
import { type Shape, checkShape, normalizeAxis, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Generator, defaultGenerator } from "./generator.ts";

export interface RandomOptions {
  /** Where the bits come from; default the generator of `manualSeed`. */
  readonly generator?: Generator | undefined;
}

function bits(operation: string, shape: Shape, options: RandomOptions): Tensor {
  checkShape(operation, shape);
  const generator = options.generator ?? defaultGenerator();
  if (generator instanceof Generator) return generator.bits(shape);
  throw new ValueError(`${operation}: the generator must be a Generator, not ${String(generator)}`);
}

/** The upper 24 bits as a float: (bits >> 8)·2⁻²⁴, exact, in [0, 1). */
function unit(operation: string, shape: Shape, options: RandomOptions): Tensor {
  return mul(cast(floorDivide(bits(operation, shape, options), 256), "float32"), 2 ** -24);
}

/** Throws unless float32 holds a number as one that is finite. */
function checkFinite(operation: string, name: string, value: number): void {
  if (Number.isFinite(value) && Number.isFinite(Math.fround(value))) return;
  throw new ValueError(`${operation}: ${name} ${value} must be a finite number of float32`);
}

/**
 * Uniform numbers in [low, high), default [0, 1): low + u·(high - low) with u a multiple of 2⁻²⁴. The bounds are those that
 * float32 holds, and high itself is never drawn; where they are one number, that is.
 */
export function uniform(shape: Shape, options: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  const { low = 0, high = 1 } = options;
  checkFinite("random.uniform", "low", low);
  checkFinite("random.uniform", "high", high);
  if (low > high) throw new ValueError(`random.uniform: low ${low} lies above high ${high}`);
  const u = unit("random.uniform", shape, options);
  if (low === 0 && high === 1) return u;
  const [least, end] = [Math.fround(low), Math.fround(high)];
  const most = least < end ? floatBelow(end) : least; // a sum near high may round to it
  const scale = Math.fround(high - low) === Infinity ? 0.5 : 1; // half of any range is a float32
  const values = minimumWithTiesToSecond(most * scale, add(mul(u, (high - low) * scale), low * scale));
  return scale === 1 ? values : mul(values, 2);
}

/** The largest float32 below one that is finite. */
function floatBelow(x: number): number {
  if (x === 0) return -(2 ** -149);
  const word = new Int32Array(Float32Array.of(x).buffer);
  word[0] += x > 0 ? -1 : 1; // floats of one sign are ordered as their bits are
  return new Float32Array(word.buffer)[0];
}

/** Normal numbers with the mean and standard deviation given, by Box and Muller (1958): √(-2 log u)·cos(2πv) and sin. */
export function normal(shape: Shape, options: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  const { mean = 0, std = 1 } = options;
  checkFinite("random.normal", "mean", mean);
  checkFinite("random.normal", "std", std);
  if (std < 0) throw new ValueError(`random.normal: std ${std} must be at least 0`);
  checkShape("random.normal", shape);
  const size = sizeOf(shape);
  const pairs = Math.ceil(size / 2);
  const u = unit("random.normal", [2, pairs], options);
  const row = (i: number): Tensor => reshape(slice(u, [[i, i + 1]]), [pairs]);
  const radius = sqrt(mul(log(add(mul(row(0), -1), 1)), -2)); // 1 - u is never 0
  const angle = mul(row(1), 2 * Math.PI);
  const both = concat([mul(radius, cos(angle)), mul(radius, sin(angle))]);
  const values = reshape(size === 2 * pairs ? both : slice(both, [[0, size]]), shape);
  return add(std === 1 ? values : mul(values, std), mean);
}

/** true with probability p. */
export function bernoulli(shape: Shape, options: RandomOptions & { p?: number } = {}): Tensor {
  const { p = 0.5 } = options;
  if (!(p >= 0 && p <= 1)) throw new ValueError(`random.bernoulli: p ${p} must lie in [0, 1]`);
  return less(unit("random.bernoulli", shape, options), p);
}

/** Options of `randint`. */
export interface RandintOptions extends RandomOptions {
  /** The smallest integer that may be drawn; default 0. */
  readonly low?: number | undefined;
  /** One more than the largest. */
  readonly high: number;
  /** int32 (default), uint32, or uint8; it must hold all integers of the range. */
  readonly dtype?: "int32" | "uint32" | "uint8" | undefined;
}

const randintDTypes: readonly DType[] = ["int32", "uint32", "uint8"];

/** Integers in [low, high), int32 by default; the bias of the remainder is at most (high - low)·2⁻³². */
export function randint(shape: Shape, options: RandintOptions): Tensor {
  checkOptions("random.randint", options, { low: true, high: true, dtype: true, generator: true });
  const { low = 0, high, dtype = "int32" } = options;
  if (!randintDTypes.includes(dtype)) {
    throw new ValueError(`random.randint: dtype ${String(dtype)} is none of ${randintDTypes.join(", ")}`);
  }
  checkInteger("random.randint", "low", low);
  checkInteger("random.randint", "high", high);
  if (high <= low) throw new ValueError(`random.randint: [${low}, ${high}) holds no integer; high must lie above low`);
  if (!holds(dtype, low) || !holds(dtype, high - 1)) {
    const other = randintDTypes.find((wider) => holds(wider, low) && holds(wider, high - 1));
    throw new ValueError(
      `random.randint: ${dtype} does not hold all integers of [${low}, ${high}); ` +
        (other === undefined ? "use a smaller range" : `give dtype: "${other}", or use a smaller range`),
    );
  }
  const words = bits("random.randint", shape, options);
  const offsets = high - low === 2 ** 32 ? words : remainder(words, high - low);
  return cast(low === 0 ? offsets : add(offsets, low), dtype); // integers wrap
}

/** Options of `truncatedNormal`. */
export interface TruncatedNormalOptions extends RandomOptions {
  /** Mean before truncation; default 0. */
  readonly mean?: number | undefined;
  /** Standard deviation before truncation; default 1. */
  readonly std?: number | undefined;
  /** No number is smaller, within float32; default -2, -Infinity for none. */
  readonly low?: number | undefined;
  /** No number is larger, within float32; default 2, Infinity for none. */
  readonly high?: number | undefined;
}

/**
 * Normal numbers of which only those within [low, high] are taken, by the inverse of the distribution function:
 * mean + std·√2·erfinv(u) with u uniform between the error functions of the bounds.
 */
export function truncatedNormal(shape: Shape, options: TruncatedNormalOptions = {}): Tensor {
  const { mean = 0, std = 1, low = -2, high = 2 } = options;
  checkFinite("random.truncatedNormal", "mean", mean);
  checkFinite("random.truncatedNormal", "std", std);
  if (std <= 0) throw new ValueError(`random.truncatedNormal: std ${std} must be positive`);
  if (!(low < high)) throw new ValueError(`random.truncatedNormal: low ${low} must lie below high ${high}`);
  checkShape("random.truncatedNormal", shape);
  const [least, most] = [low, high].map((bound) => erf((bound - mean) / (std * Math.SQRT2)));
  if (!(most - least > 1e-6)) {
    throw new ValueError(
      `random.truncatedNormal: [${low}, ${high}] holds next to nothing of a normal distribution of mean ${mean} and ` +
        `std ${std}; widen it, or move it nearer to the mean`,
    );
  }
  // The inverse of ±1 is infinite: the draw keeps to the floats between.
  const u = uniform(shape, { low: Math.max(least, 2 ** -24 - 1), high: most, generator: options.generator });
  const values = add(mul(erfinv(u), std * Math.SQRT2), mean);
  if (low === -Infinity && high === Infinity) return values;
  return clamp(values, {
    min: low === -Infinity ? undefined : low,
    max: high === Infinity ? undefined : high,
  });
}

/** The integers 0 … n - 1 in random order, as int32: the order of n random words. */
export function permutation(n: number, options: RandomOptions = {}): Tensor {
  checkInteger("random.permutation", "n", n, 0);
  return argsort(bits("random.permutation", [n], options));
}

/** The slices along an axis in random order, the same for all of the other axes. */
export function shuffle(x: Operand, options: RandomOptions & { axis?: number } = {}): Tensor {
  const t = asTensor(x);
  const axis = normalizeAxis("random.shuffle", options.axis ?? 0, t.ndim);
  return indexSelect(t, axis, permutation(t.shape[axis], options));
}

/**
 * Classes drawn with the probabilities softmax(logits) along an axis, as int32; the axis is dropped. By the Gumbel-max trick
 * (Gumbel 1954): argmax of logits - log(-log(u)). A class of logit -Infinity is drawn only where all classes are, and then
 * it is class 0; where logits are NaN there are no probabilities, and the first of these is drawn.
 */
export function categorical(logits: Tensor, options: RandomOptions & { axis?: number } = {}): Tensor {
  const axis = normalizeAxis("random.categorical", options.axis ?? -1, logits.ndim);
  // The smallest u that is drawn is 0, whose logarithm is none.
  const u = maximumWithTiesToSecond(unit("random.categorical", logits.shape, options), 2 ** -25);
  return named("random.categorical", () => argmax(sub(logits, log(neg(log(u)))), { axis }));
}
