import { type Tensor, Variable } from "@minima/tensor";

export interface ParameterOptions {
  readonly name?: string;
  /** Whether it is trained; default true. */
  readonly requiresGrad?: boolean;
}

/** A variable that is trained: it collects gradients, and optimizers update it. */
export class Parameter extends Variable {
  constructor(value: Tensor, options: ParameterOptions = {}) {
    super(value, { requiresGrad: true, name: "parameter", ...options });
  }
}
