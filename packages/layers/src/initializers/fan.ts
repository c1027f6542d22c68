import { type Generator, type Shape, type Tensor, ValueError, formatShape, random, sizeOf } from "@minima/tensor";

/** How many inputs feed one output of a weight, and how many outputs one input feeds. */
export interface Fan {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Fan of a weight [out, in, ...window], as PyTorch lays them out. */
export function fanOf(shape: Shape): Fan {
  if (shape.length < 2) {
    throw new ValueError(`initializer: a weight needs two axes at least to have a fan, not ${formatShape(shape)}`);
  }
  const window = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * window, fanOut: shape[0] * window };
}

/** U(-1/√fanIn, 1/√fanIn): the default of linear and convolution layers in PyTorch. */
export function uniformByFanIn(shape: Shape, fanIn: number, generator: Generator | undefined): Tensor {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  return random.uniform(shape, { low: -bound, high: bound, generator });
}
