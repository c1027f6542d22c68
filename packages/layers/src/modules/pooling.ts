import {
  type AvgPool1dOptions, type AvgPool2dOptions, type MaxPool1dOptions, type MaxPool2dOptions, type Pair, type PerAxis,
  type Tensor, adaptiveAvgPool2d, adaptiveMaxPool2d, avgPool1d, avgPool2d, checkOptions, maxPool1d, maxPool2d, perAxis, poolSliding,
} from "@minima/tensor"; // prettier-ignore
import { Module } from "../module.ts";

const average: Record<keyof AvgPool2dOptions, true> = {
  stride: true,
  padding: true,
  ceilMode: true,
  countIncludePad: true,
};
const maximum: Record<keyof MaxPool2dOptions, true> = { stride: true, padding: true, dilation: true, ceilMode: true };

/** A module class for a pooling function of a window over so many axes, and options. */
function pooling<
  W extends PerAxis,
  O extends { readonly stride?: PerAxis | undefined; readonly padding?: PerAxis | undefined },
>(name: string, axes: number, optionNames: Record<keyof O, true>, pool: (x: Tensor, window: W, options?: O) => Tensor) {
  const classes = {
    [name]: class extends Module {
      readonly #window: W;
      readonly #options: O;

      /** @param options - Every one has a default. */
      constructor(window: W, options = {} as O) {
        super();
        checkOptions(name, options, optionNames);
        poolSliding(name, window, options, axes);
        this.#window = window;
        this.#options = options;
      }

      forward(x: Tensor): Tensor {
        return pool(x, this.#window, this.#options);
      }
    },
  };
  return classes[name] as new (window: W, options?: O) => Module;
}

/** Largest element of each window along the last axis. */
export const MaxPool1d: new (window: number, options?: MaxPool1dOptions) => Module = pooling(
  "MaxPool1d",
  1,
  maximum,
  maxPool1d,
);
/** Largest element of each window over the last two axes. */
export const MaxPool2d: new (window: Pair, options?: MaxPool2dOptions) => Module = pooling(
  "MaxPool2d",
  2,
  maximum,
  maxPool2d,
);
/** Mean of each window along the last axis. */
export const AvgPool1d: new (window: number, options?: AvgPool1dOptions) => Module = pooling(
  "AvgPool1d",
  1,
  average,
  avgPool1d,
);
/** Mean of each window over the last two axes. */
export const AvgPool2d: new (window: Pair, options?: AvgPool2dOptions) => Module = pooling(
  "AvgPool2d",
  2,
  average,
  avgPool2d,
);

/** Means over windows that divide the last two axes into an output of the size given. */
export class AdaptiveAvgPool2d extends Module {
  readonly #size: Pair;

  constructor(outputSize: Pair) {
    super();
    perAxis("AdaptiveAvgPool2d", "outputSize", outputSize, 2, 1);
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
    perAxis("AdaptiveMaxPool2d", "outputSize", outputSize, 2, 1);
    this.#size = outputSize;
  }

  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.#size);
  }
}
