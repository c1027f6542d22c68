import {
  type Generator,
  type Tensor,
  ValueError,
  checkOptions,
  defaultGenerator,
  mul,
  random,
  where,
} from "@minima/tensor";
import { Module } from "../module.ts";

/**
 * In training sets each element to 0 with probability p and scales the rest by 1/(1-p), so that the expectation stays;
 * in evaluation the identity (Srivastava et al. 2014, inverted form). The mask is drawn anew for each call, from a
 * generator of the module's own.
 */
export class Dropout extends Module {
  readonly p: number;
  readonly #generator: Generator;

  constructor(p = 0.5, options: { generator?: Generator | undefined } = {}) {
    super();
    checkOptions("Dropout", options, { generator: true });
    if (!(p >= 0 && p < 1)) throw new ValueError(`Dropout: p ${p} must lie in [0, 1)`);
    this.p = p;
    this.#generator = options.generator ?? defaultGenerator().fork();
  }

  forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0) return x;
    const keep = random.bernoulli(x.shape, { p: 1 - this.p, generator: this.#generator });
    return mul(where(keep, x, 0), 1 / (1 - this.p));
  }
}
