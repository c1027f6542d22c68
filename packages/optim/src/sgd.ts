import { HostCounter, type Tensor, Variable, add, cast, hostNumber, mul, neg, sub, zeros } from "@minima/tensor";
import type { Group, Parameters } from "./groups.ts";
import { Optimizer, checkFlag, checkRange } from "./optimizer.ts";

export interface SGDOptions {
  /** Learning rate. */
  lr: number;
  /** Share μ of the last velocity that is kept; default 0. */
  momentum: number;
  /** Share of the gradient left out of the velocity, at most 1; default 0. */
  dampening: number;
  /** Nesterov's momentum: look ahead along the velocity. */
  nesterov: boolean;
  /** L2 penalty λ: the gradient gets λ·θ added. */
  weightDecay: number;
  /** Ascend instead of descend. */
  maximize: boolean;
}

interface Velocity {
  /** Steps taken: the first velocity is the gradient whole. */
  readonly steps: HostCounter;
  readonly value: Variable;
}

/**
 * Gradient descent with momentum: v = μ·v + (1 - dampening)·g, θ = θ - lr·v; the first velocity is the gradient itself.
 * With Nesterov's momentum θ = θ - lr·(g + μ·v) (Sutskever et al. 2013, in PyTorch's form).
 */
export class SGD extends Optimizer<SGDOptions> {
  readonly #velocity = new Map<Variable, Velocity>();

  constructor(parameters: Parameters<SGDOptions>, options: Partial<SGDOptions> & { lr: number }) {
    const others = { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, maximize: false };
    super(parameters, options, { lr: undefined, ...others });
    for (const group of this.groups) this.prepare(group);
  }

  protected override *slots(): Generator<Variable> {
    for (const { value } of this.#velocity.values()) yield value;
  }

  protected override prepare({ parameters, momentum }: Group<SGDOptions>): void {
    if (momentum === 0) return;
    for (const parameter of parameters) {
      if (!parameter.requiresGrad || this.#velocity.has(parameter)) continue;
      const name = `${parameter.name}.velocity`;
      const value = new Variable(zeros(parameter.shape), { name, inPlace: true, follows: parameter });
      this.#velocity.set(parameter, { steps: new HostCounter(), value });
    }
  }

  protected override check(options: SGDOptions): void {
    checkRange("SGD", "lr", options.lr, 0);
    checkRange("SGD", "momentum", options.momentum, 0);
    checkRange("SGD", "dampening", options.dampening, 0, 1);
    checkRange("SGD", "weightDecay", options.weightDecay, 0);
    checkFlag("SGD", "nesterov", options.nesterov);
    checkFlag("SGD", "maximize", options.maximize);
    if (options.nesterov) {
      checkRange("SGD", "momentum (for nesterov)", options.momentum, Number.MIN_VALUE);
      checkRange("SGD", "dampening (for nesterov)", options.dampening, 0, 0);
    }
  }

  protected override kindOf(options: SGDOptions): readonly unknown[] {
    const { momentum, dampening, nesterov, weightDecay, maximize } = options;
    return [momentum === 0, dampening === 0, nesterov, weightDecay === 0, maximize];
  }

  protected override update(parameter: Variable, gradient: Tensor, options: SGDOptions): void {
    let g = options.maximize ? neg(gradient) : gradient;
    if (options.weightDecay !== 0) {
      const decay = hostNumber(() => options.weightDecay);
      g = add(g, mul(cast(parameter, "float32"), decay));
    }
    const slot = options.momentum === 0 ? undefined : this.#velocity.get(parameter);
    if (slot !== undefined) {
      slot.steps.advance();
      const momentum = hostNumber(() => options.momentum);
      const share = hostNumber(() => (slot.steps.value === 1 ? 1 : 1 - options.dampening));
      const velocity = add(mul(slot.value, momentum), options.dampening === 0 ? g : mul(g, share));
      slot.value.assign(velocity);
      g = options.nesterov ? add(g, mul(velocity, momentum)) : velocity;
    }
    const change = mul(
      g,
      hostNumber(() => options.lr),
    );
    parameter.assign(cast(sub(parameter, change), parameter.dtype));
  }
}
