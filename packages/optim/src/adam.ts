import {
  HostCounter,
  type Tensor,
  ValueError,
  Variable,
  add,
  cast,
  div,
  hostNumber,
  maximum,
  mul,
  sqrt,
  sub,
  zeros,
} from "@minima/tensor";
import type { Group, Parameters } from "./groups.ts";
import { integerPower } from "./integer-power.ts";
import { Optimizer, checkFlag, checkRange } from "./optimizer.ts";

export interface AdamOptions {
  /** Learning rate; default 1e-3. */
  lr: number;
  /** Decay of the averages of g and g²; default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the root; default 1e-8. */
  eps: number;
  /** L2 penalty (Adam), or decay of the weights themselves (AdamW). */
  weightDecay: number;
  /** Use the largest second moment so far (Reddi et al. 2018). */
  amsgrad: boolean;
}

interface Slots {
  /** Steps taken. */
  readonly steps: HostCounter;
  readonly mean: Variable;
  readonly square: Variable;
  largest: Variable | null;
}

const defaultsOfAdam: AdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false };

/**
 * Adam (Kingma and Ba 2015): m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g²,
 * θ = θ - lr/(1-β₁ᵗ) · m / (√v/√(1-β₂ᵗ) + ε).
 */
export class Adam extends Optimizer<AdamOptions> {
  readonly #slots = new Map<Variable, Slots>();

  /** @param defaults - Of options left out, for classes that have others. */
  constructor(
    parameters: Parameters<AdamOptions>,
    options: Partial<AdamOptions> = {},
    defaults: AdamOptions = defaultsOfAdam,
  ) {
    super(parameters, options, defaults);
    for (const group of this.groups) this.prepare(group);
  }

  protected override prepare({ parameters, amsgrad }: Group<AdamOptions>): void {
    for (const parameter of parameters) {
      if (!parameter.requiresGrad) continue;
      const slot = (name: string): Variable =>
        new Variable(zeros(parameter.shape), { name: `${parameter.name}.${name}`, inPlace: true, follows: parameter });
      let slots = this.#slots.get(parameter);
      slots ??= { steps: new HostCounter(), mean: slot("mean"), square: slot("square"), largest: null };
      if (amsgrad) slots.largest ??= slot("largest");
      this.#slots.set(parameter, slots);
    }
  }

  protected override *slots(): Generator<Variable> {
    for (const { mean, square, largest } of this.#slots.values()) {
      yield mean;
      yield square;
      if (largest !== null) yield largest;
    }
  }

  protected override check(options: AdamOptions): void {
    const name = this.constructor.name;
    checkRange(name, "lr", options.lr, 0);
    checkRange(name, "eps", options.eps, 0);
    checkRange(name, "weightDecay", options.weightDecay, 0);
    const { betas } = options;
    if (!Array.isArray(betas) || betas.length !== 2) {
      throw new ValueError(`${name}: betas ${String(betas)} must be two numbers, such as [0.9, 0.999]`);
    }
    for (const beta of betas) checkRange(name, "betas", beta, 0, 1 - Number.EPSILON);
    checkFlag(name, "amsgrad", options.amsgrad);
  }

  protected override kindOf({ amsgrad, weightDecay }: AdamOptions): readonly unknown[] {
    return [amsgrad, weightDecay === 0];
  }

  protected override update(parameter: Variable, gradient: Tensor, options: AdamOptions): void {
    if (options.weightDecay === 0) {
      this.adapt(parameter, parameter, gradient, options);
      return;
    }
    const decay = hostNumber(() => options.weightDecay);
    this.adapt(parameter, parameter, add(gradient, mul(cast(parameter, "float32"), decay)), options);
  }

  /** The adaptive step, from a value that may have been decayed. */
  protected adapt(parameter: Variable, from: Tensor, g: Tensor, options: AdamOptions): void {
    const slots = this.#slots.get(parameter);
    if (slots === undefined) throw new ValueError(`Adam: ${parameter.name} is not one of its parameters`);
    slots.steps.advance();
    const average = (slot: Variable, value: Tensor, i: 0 | 1): Tensor => {
      const kept = hostNumber(() => options.betas[i]);
      const share = hostNumber(() => 1 - options.betas[i]);
      return add(mul(slot, kept), mul(value, share));
    };
    const mean = average(slots.mean, g, 0);
    const square = average(slots.square, mul(g, g), 1);
    slots.mean.assign(mean);
    slots.square.assign(square);
    let second = square;
    if (options.amsgrad && slots.largest !== null) {
      second = maximum(slots.largest, square);
      slots.largest.assign(second);
    }
    const correction = hostNumber(() => 1 / Math.sqrt(1 - integerPower(options.betas[1], slots.steps.value)));
    const rate = hostNumber(() => options.lr / (1 - integerPower(options.betas[0], slots.steps.value)));
    const eps = hostNumber(() => options.eps);
    const change = div(mul(mean, rate), add(mul(sqrt(second), correction), eps));
    parameter.assign(cast(sub(from, change), parameter.dtype));
  }
}

/** Adam whose weight decay acts on the weights themselves: θ = (1 - lr·λ)θ first (Loshchilov and Hutter 2019). */
export class AdamW extends Adam {
  constructor(parameters: Parameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, options, { ...defaultsOfAdam, weightDecay: 0.01 });
  }

  protected override update(parameter: Variable, gradient: Tensor, options: AdamOptions): void {
    this.adapt(
      parameter,
      mul(
        parameter,
        hostNumber(() => 1 - options.lr * options.weightDecay),
      ),
      gradient,
      options,
    );
  }
}
