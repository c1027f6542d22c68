import { ValueError } from "../errors.ts";
import { add, clamp, floorDivide, maximumWithTiesToSecond, mul, remainder, sub } from "../ops/arithmetic.ts";
import { type Operand, asTensor } from "../ops/build.ts";
import { less } from "../ops/compare.ts";
import { indexSelect } from "../ops/indexing.ts";
import { erfinv } from "../ops/inverse.ts";
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

function bits(shape: Shape, options: RandomOptions): Tensor {
  checkShape("random", shape);
  return (options.generator ?? defaultGenerator()).bits(shape);
}

/** The upper 24 bits as a float: (bits >> 8)·2⁻²⁴, exact, in [0, 1). */
function unit(shape: Shape, options: RandomOptions): Tensor {
  return mul(cast(floorDivide(bits(shape, options), 256), "float32"), 2 ** -24);
}

/** Uniform numbers in [low, high), default [0, 1). */
export function uniform(shape: Shape, options: RandomOptions & { low?: number; high?: number } = {}): Tensor {
  const { low = 0, high = 1 } = options;
  if (!(low <= high)) throw new ValueError(`random.uniform: low ${low} lies above high ${high}`);
  const u = unit(shape, options);
  return low === 0 && high === 1 ? u : add(mul(u, high - low), low);
}

/** Normal numbers with the mean and standard deviation given, by Box and Muller (1958): √(-2 log u)·cos(2πv) and sin. */
export function normal(shape: Shape, options: RandomOptions & { mean?: number; std?: number } = {}): Tensor {
  const { mean = 0, std = 1 } = options;
  if (!(std >= 0)) throw new ValueError(`random.normal: std ${std} must be at least 0`);
  checkShape("random.normal", shape);
  const size = sizeOf(shape);
  const pairs = Math.ceil(size / 2);
  const u = unit([2, pairs], options);
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
  return less(unit(shape, options), p);
}

/** int32 integers in [low, high); the bias of the remainder is at most (high - low)·2⁻³². */
export function randint(shape: Shape, options: RandomOptions & { low?: number; high: number }): Tensor {
  const { low = 0, high } = options;
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low) {
    throw new ValueError(`random.randint: [${low}, ${high}) must be a range of integers`);
  }
  const values = cast(remainder(bits(shape, options), high - low), "int32");
  return low === 0 ? values : add(values, low);
}

/** Options of `truncatedNormal`. */
export interface TruncatedNormalOptions extends RandomOptions {
  /** Mean before truncation; default 0. */
  readonly mean?: number | undefined;
  /** Standard deviation before truncation; default 1. */
  readonly std?: number | undefined;
  /** No number is smaller; default -2. */
  readonly low?: number | undefined;
  /** No number is larger; default 2. */
  readonly high?: number | undefined;
}

/**
 * Normal numbers of which only those within [low, high] are taken, by the inverse of the distribution function:
 * mean + std·√2·erfinv(u) with u uniform between the error functions of the bounds.
 */
export function truncatedNormal(shape: Shape, options: TruncatedNormalOptions = {}): Tensor {
  const { mean = 0, std = 1, low = -2, high = 2 } = options;
  if (!(std > 0)) throw new ValueError(`random.truncatedNormal: std ${std} must be positive`);
  const [least, most] = [low, high].map((bound) => erf((bound - mean) / (std * Math.SQRT2)));
  if (!(most - least > 1e-6)) {
    throw new ValueError(
      `random.truncatedNormal: [${low}, ${high}] holds next to nothing of a normal distribution of mean ${mean} and ` +
        `std ${std}; widen it, or move it nearer to the mean`,
    );
  }
  const u = uniform(shape, { low: least, high: most, generator: options.generator });
  return clamp(add(mul(erfinv(u), std * Math.SQRT2), mean), { min: low, max: high });
}

/** The integers 0 … n - 1 in random order, as int32: the order of n random words. */
export function permutation(n: number, options: RandomOptions = {}): Tensor {
  return argsort(bits([n], options));
}

/** The slices along an axis in random order, the same for all of the other axes. */
export function shuffle(x: Operand, options: RandomOptions & { axis?: number } = {}): Tensor {
  const t = asTensor(x);
  const axis = normalizeAxis("random.shuffle", options.axis ?? 0, t.ndim);
  return indexSelect(t, axis, permutation(t.shape[axis], options));
}

/**
 * Classes drawn with the probabilities softmax(logits) along an axis, as int32; the axis is dropped. By the Gumbel-max trick
 * (Gumbel 1954): argmax of logits - log(-log(u)).
 */
export function categorical(logits: Tensor, options: RandomOptions & { axis?: number } = {}): Tensor {
  // The smallest u that is drawn is 0, whose logarithm is none.
  const u = maximumWithTiesToSecond(unit(logits.shape, options), 2 ** -25);
  return argmax(sub(logits, log(neg(log(u)))), { axis: options.axis ?? -1 });
}
