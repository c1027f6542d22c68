import { type Tensor, checkInteger, relu, sigmoid, softmax, tanh } from "@minima/tensor";
import { Module } from "../module.ts";

/** A module class for an element-wise function without parameters. */
function activation(name: string, f: (x: Tensor) => Tensor): new () => Module {
  const classes = {
    [name]: class extends Module {
      forward(x: Tensor): Tensor {
        return f(x);
      }
    },
  };
  return classes[name];
}

/** max(x, 0). */
export const ReLU: new () => Module = activation("ReLU", relu);
/** 1 / (1 + e^-x). */
export const Sigmoid: new () => Module = activation("Sigmoid", sigmoid);
/** Hyperbolic tangent. */
export const Tanh: new () => Module = activation("Tanh", tanh);

/** exp(x) / Σ exp(x) along an axis, default the last. */
export class Softmax extends Module {
  readonly #axis: number;

  constructor(axis = -1) {
    super();
    checkInteger("Softmax", "axis", axis);
    this.#axis = axis;
  }

  forward(x: Tensor): Tensor {
    return softmax(x, this.#axis);
  }
}
