import { type Generator, type Shape, type Tensor, ValueError, random } from "@minima/tensor";
import { type Gain, gainOf } from "./gain.ts";
import { fanOf } from "./fan.ts";

export interface InitializerOptions {
  readonly generator?: Generator | undefined;
}

export interface XavierOptions extends InitializerOptions {
  /** Factor on the bound or standard deviation; default 1. */
  readonly gain?: number | undefined;
}

export interface KaimingOptions extends InitializerOptions {
  /** Keep the variance of the forward pass (fanIn, default) or of the gradients (fanOut). */
  readonly mode?: "fanIn" | "fanOut" | undefined;
  /** The activation that follows; default relu. */
  readonly nonlinearity?: Gain | undefined;
  /** Negative slope of a leaky ReLU; default 0. */
  readonly a?: number | undefined;
}

function factor(initializer: string, { gain = 1 }: XavierOptions): number {
  if (gain >= 0 && gain < Infinity) return gain;
  throw new ValueError(`${initializer}: gain ${gain} must be a finite number of at least 0`);
}

/** U(±gain·√(6/(fanIn + fanOut))): variance 2/(fanIn + fanOut) (Glorot and Bengio 2010). */
export function xavierUniform(shape: Shape, options: XavierOptions = {}): Tensor {
  const { fanIn, fanOut } = fanOf(shape);
  const bound = factor("xavierUniform", options) * Math.sqrt(6 / (fanIn + fanOut));
  return random.uniform(shape, { low: -bound, high: bound, generator: options.generator });
}

/** N(0, gain²·2/(fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierNormal(shape: Shape, options: XavierOptions = {}): Tensor {
  const { fanIn, fanOut } = fanOf(shape);
  const std = factor("xavierNormal", options) * Math.sqrt(2 / (fanIn + fanOut));
  return random.normal(shape, { std, generator: options.generator });
}

function kaimingStd(initializer: string, shape: Shape, options: KaimingOptions): number {
  const { mode = "fanIn", nonlinearity = "relu", a = 0 } = options;
  if (!["fanIn", "fanOut"].includes(mode)) {
    throw new ValueError(`${initializer}: mode ${mode} must be "fanIn" or "fanOut"`);
  }
  if (!Number.isFinite(a)) throw new ValueError(`${initializer}: a ${a} must be a finite number`);
  return gainOf(nonlinearity === "relu" && a !== 0 ? "leakyRelu" : nonlinearity, a) / Math.sqrt(fanOf(shape)[mode]);
}

/** U(±gain·√(3/fan)): variance gain²/fan, 2/fanIn for ReLU (He et al. 2015). */
export function kaimingUniform(shape: Shape, options: KaimingOptions = {}): Tensor {
  const bound = Math.sqrt(3) * kaimingStd("kaimingUniform", shape, options);
  return random.uniform(shape, { low: -bound, high: bound, generator: options.generator });
}

/** N(0, gain²/fan): 2/fanIn for ReLU (He et al. 2015). */
export function kaimingNormal(shape: Shape, options: KaimingOptions = {}): Tensor {
  return random.normal(shape, { std: kaimingStd("kaimingNormal", shape, options), generator: options.generator });
}
