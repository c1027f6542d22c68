import {
  type Generator, ShapeError, type Tensor, add, checkInteger, checkOptions, formatShape, matmul, transpose,
} from "@minima/tensor"; // prettier-ignore
import { uniformByFanIn } from "../initializers/fan.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

export interface LinearOptions {
  /** Whether to add a bias; default true. */
  readonly bias?: boolean | undefined;
  /** Where the initial values come from; default the generator of `manualSeed`. */
  readonly generator?: Generator | undefined;
}

/**
 * Affine map y = x·Wᵀ + b over the last axis: [..., inFeatures] to [..., outFeatures].
 *
 * `weight` is [outFeatures, inFeatures] and `bias` [outFeatures], both drawn from U(-1/√in, 1/√in), as in PyTorch.
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkInteger("Linear", "inFeatures", inFeatures, 0);
    checkInteger("Linear", "outFeatures", outFeatures, 0);
    checkOptions("Linear", options, { bias: true, generator: true });
    this.weight = new Parameter(uniformByFanIn([outFeatures, inFeatures], inFeatures, options.generator));
    this.bias =
      options.bias === false ? null : new Parameter(uniformByFanIn([outFeatures], inFeatures, options.generator));
  }

  forward(x: Tensor): Tensor {
    const [outFeatures, inFeatures] = this.weight.shape;
    if (x.ndim === 0 || x.shape[x.ndim - 1] !== inFeatures) {
      throw new ShapeError(
        `Linear(${inFeatures}, ${outFeatures}): the last axis of the input ${formatShape(x.shape)} must be ${inFeatures}`,
      );
    }
    const product = matmul(x, transpose(this.weight));
    return this.bias === null ? product : add(product, this.bias);
  }
}
