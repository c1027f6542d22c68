import {
  type AvgPool1dOptions, type AvgPool2dOptions, type MaxPool1dOptions, type MaxPool2dOptions, type Pair, type Tensor,
  adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool1d, avgPool2d, maxPool1d, maxPool2d,
} from "@minima/tensor"; // prettier-ignore
import { Module } from "../module.ts";

/** A module class for a pooling function of a window and options. */
function pooling<W, O extends object>(name: string, pool: (x: Tensor, window: W, options: O) => Tensor) {
  const classes = {
    [name]: class extends Module {
      readonly #window: W;
      readonly #options: O;

      constructor(window: W, options?: O) {
        super();
        this.#window = window;
        this.#options = options ?? ({} as O); // every option has a default
      }

      forward(x: Tensor): Tensor {
        return pool(x, this.#window, this.#options);
      }
    },
  };
  return classes[name] as new (window: W, options?: O) => Module;
}

/** Largest element of each window along the last axis. */
export const MaxPool1d: new (window: number, options?: MaxPool1dOptions) => Module = pooling("MaxPool1d", maxPool1d);
/** Largest element of each window over the last two axes. */
export const MaxPool2d: new (window: Pair, options?: MaxPool2dOptions) => Module = pooling("MaxPool2d", maxPool2d);
/** Mean of each window along the last axis. */
export const AvgPool1d: new (window: number, options?: AvgPool1dOptions) => Module = pooling("AvgPool1d", avgPool1d);
/** Mean of each window over the last two axes. */
export const AvgPool2d: new (window: Pair, options?: AvgPool2dOptions) => Module = pooling("AvgPool2d", avgPool2d);

/** Means over windows that divide the last two axes into an output of the size given. */
export class AdaptiveAvgPool2d extends Module {
  readonly #size: Pair;

  constructor(outputSize: Pair) {
    super();
    this.#size = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.#size);
  }
}

/** Maxima over windows that divide the last two axes into an output of the size given. */
export class AdaptiveMaxPool2d extends Module {
  readonly #size: Pair;

  constructor(outputSize: Pair) {
    super();
    this.#size = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.#size);
  }
}
