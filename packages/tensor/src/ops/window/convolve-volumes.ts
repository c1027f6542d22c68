import type { Tensor } from "../../tensor.ts";
import { sliceAlong } from "../along.ts";
import { add } from "../arithmetic.ts";
import { inFloat32 } from "../build.ts";
import { zeros } from "../create.ts";
import { pad } from "../pad.ts";
import { permute, reshape, select, stack } from "../views.ts";
import { type Convolve, convolve } from "./conv-node.ts";
import type { Sliding } from "./geometry.ts";
import { planeWindows } from "./volume.ts";

/** What a plane of the filter makes of planes [count, batch, …], each with each. */
type ConvolvePlanes = (planes: Tensor, tap: number) => Tensor;

/**
 * Convolution over depth, height and width: a sum, over the planes of the filter, of convolutions of planes. With depth in
 * front of the batch, all planes that meet one plane of the filter are a batch.
 */
export const convolveVolumes: Convolve = (mode, a, b, shape, sliding, groups) =>
  inFloat32([a, b], (x, filter) => {
    const [batch, channels, depth, ...plane] = shape;
    const convolvePlanes: ConvolvePlanes = (planes, tap) => {
      const [count] = planes.shape;
      const stacked = reshape(planes, [count * batch, ...planes.shape.slice(2)]);
      const made = [count * batch, channels, ...plane];
      const result = convolve(mode, stacked, select(filter, 2, tap), made, planeWindows(sliding), groups);
      return reshape(result, [count, batch, channels, ...plane]);
    };
    const along = mode === "forward" ? correlateDepth : spreadDepth;
    return permute(along(permute(x, [2, 0, 1, 3, 4]), depth, sliding, convolvePlanes), [1, 2, 0, 3, 4]);
  });

/** y[i] = Σ_k w[k] · x[i·stride + k·dilation - padding]. */
function correlateDepth(x: Tensor, depth: number, sliding: Sliding, convolvePlanes: ConvolvePlanes): Tensor {
  const { [0]: stride } = sliding.stride;
  const padded = padDepth(x, sliding.padBefore[0], sliding.padAfter[0]);
  const terms = Array.from({ length: sliding.window[0] }, (_, tap) => {
    const first = tap * sliding.dilation[0];
    return convolvePlanes(sliceAlong(padded, 0, [first, first + (depth - 1) * stride + 1, stride]), tap);
  });
  return terms.reduce(add);
}

/** Each x[i] adds w[k] · x[i] to y[i·stride + k·dilation - padding]. */
function spreadDepth(x: Tensor, depth: number, sliding: Sliding, convolvePlanes: ConvolvePlanes): Tensor {
  const { [0]: stride } = sliding.stride;
  // What is added at places with one remainder by the stride lies together, so that there are no gaps to fill.
  const length = Math.ceil(depth / stride);
  const sums = new Array<Tensor | undefined>(stride).fill(undefined);
  for (let tap = 0; tap < sliding.window[0]; tap++) {
    const first = tap * sliding.dilation[0] - sliding.padBefore[0];
    const before = Math.floor(first / stride);
    const remainder = first - before * stride;
    const terms = convolvePlanes(x, tap);
    const placed = padDepth(terms, before, length - before - terms.shape[0]);
    const sum = sums[remainder];
    sums[remainder] = sum === undefined ? placed : add(sum, placed);
  }
  const [first] = sums.filter((sum) => sum !== undefined);
  const together = stack(
    sums.map((sum) => sum ?? zeros(first.shape)),
    1,
  );
  const planes = first.shape.slice(1);
  return sliceAlong(reshape(together, [length * stride, ...planes]), 0, [0, depth]);
}

/** Zeros in front of the first axis of five and behind it; negative numbers cut planes off. */
function padDepth(t: Tensor, before: number, after: number): Tensor {
  return pad(t, [0, 0, 0, 0, 0, 0, 0, 0, before, after]);
}
