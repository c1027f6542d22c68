import { crossEntropy } from "@minima/layers";
import { SGD } from "@minima/optim";
import {
  type Tensor, Variable, add, conv2d, div, mean, mul, noGrad, ones, random, relu, reshape, sizeOf, sqrt, sub, tensor,
  variance, zeros,
} from "@minima/tensor"; // prettier-ignore
import { filled } from "../fill.ts";
import type { FirstTraining } from "./first-training.ts";
import { dense } from "./training.ts";

export interface ResnetSizes {
  readonly batch: number;
  /** Of the images, a multiple of 8. */
  readonly extent: number;
  /** Channels of the stages, of two blocks each. */
  readonly channels: readonly number[];
}

const benchSizes: ResnetSizes = { batch: 8, extent: 32, channels: [64, 128, 256, 512] };
const classes = 10;
/** Share of a batch's statistics in the running ones. */
const momentum = 0.1;

/**
 * ResNet-18 for small images (a 3×3 convolution in front, no pooling), of random weights, on a made-up batch; SGD with
 * momentum (He et al. 2015, "Deep residual learning for image recognition").
 */
export function resnetTraining({ batch, extent, channels }: ResnetSizes = benchSizes): FirstTraining {
  const parameters: Variable[] = [];
  const statistics: Variable[] = [];
  const parameter = (value: Tensor): Variable => {
    const variable = new Variable(value, { requiresGrad: true });
    parameters.push(variable);
    return variable;
  };
  const drawn = (shape: readonly number[]): Variable =>
    parameter(random.normal(shape, { std: Math.sqrt(2 / sizeOf(shape.slice(1))) }));
  /** A convolution without bias, and batch normalization. */
  const layer = (from: number, to: number, kernel: number, stride: number): Layer => {
    const [filter, gain, bias] = [drawn([to, from, kernel, kernel]), parameter(ones([to])), parameter(zeros([to]))];
    const running = [new Variable(zeros([to])), new Variable(ones([to]))] as const;
    statistics.push(...running);
    return (x) => batchNorm(conv2d(x, filter, { stride, padding: kernel >> 1 }), gain, bias, running);
  };
  const stages = channels.map((to, stage) => {
    const from = channels[Math.max(0, stage - 1)];
    return [block(layer, from, to, stage === 0 ? 1 : 2), block(layer, to, to, 1)];
  });
  const layers = [relued(layer(3, channels[0], 3, 1)), ...stages.flat()];
  const last = channels[channels.length - 1];
  const [w, b] = [parameter(random.normal([last, classes], { std: 0.05 })), parameter(zeros([classes]))];
  const labels = Int32Array.from({ length: batch }, (_, i) => (i * 7) % classes);
  return {
    optimizer: new SGD(parameters, { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 }),
    statistics,
    inputs: [filled([batch, 3, extent, extent], 1, 9), tensor(labels)],
    loss(x, y) {
      const features = layers.reduce((at, each) => each(at), x);
      return crossEntropy(dense(mean(features, { axis: [2, 3] }), w, b), y);
    },
  };
}

type Layer = (x: Tensor) => Tensor;

function relued(layer: Layer): Layer {
  return (x) => relu(layer(x));
}

/** Two convolutions beside a shortcut, which is a convolution itself where extents or channels change. */
function block(
  layer: (from: number, to: number, kernel: number, stride: number) => Layer,
  from: number,
  to: number,
  stride: number,
): Layer {
  const [first, second] = [relued(layer(from, to, 3, stride)), layer(to, to, 3, 1)];
  const shortcut: Layer = from === to && stride === 1 ? (x) => x : layer(from, to, 1, stride);
  return (x) => relu(add(second(first(x)), shortcut(x)));
}

/** Normalizes each channel over the batch, and moves the running mean and variance on. */
function batchNorm(x: Tensor, gain: Tensor, bias: Tensor, running: readonly [Variable, Variable]): Tensor {
  const byChannel = (t: Tensor): Tensor => reshape(t, [1, -1, 1, 1]);
  const over = { axis: [0, 2, 3] };
  const average = mean(x, over);
  const spread = variance(x, { ...over, correction: 0 });
  noGrad(() => {
    [average, spread].forEach((value, i) => {
      running[i].assign(add(mul(running[i], 1 - momentum), mul(value, momentum)));
    });
  });
  const normal = div(sub(x, byChannel(average)), sqrt(add(byChannel(spread), 1e-5)));
  return add(mul(normal, byChannel(gain)), byChannel(bias));
}
