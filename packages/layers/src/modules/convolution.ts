import {
  type Generator, type Pair, type PerAxis, type Tensor, ValueError, checkInteger, checkOptions, conv1d, conv2d, convSliding, sizeOf,
} from "@minima/tensor"; // prettier-ignore
import { uniformByFanIn } from "../initializers/fan.ts";
import { Module } from "../module.ts";
import { Parameter } from "../parameter.ts";

interface ConvolutionOptions<E> {
  readonly stride?: E | undefined;
  /** Zeros on each side; "same" keeps the extents (stride 1), "valid" adds none; default 0. */
  readonly padding?: E | "same" | "valid" | undefined;
  readonly dilation?: E | undefined;
  /** Groups of channels that do not see each other; default 1. */
  readonly groups?: number | undefined;
  /** Whether to add a bias; default true. */
  readonly bias?: boolean | undefined;
  readonly generator?: Generator | undefined;
}

export type Conv1dOptions = ConvolutionOptions<number>;
export type Conv2dOptions = ConvolutionOptions<Pair>;

const optionNames = { stride: true, padding: true, dilation: true, groups: true, bias: true, generator: true };

/** Filter and bias of a convolution, drawn from U(±1/√(channels / groups · window)), as in PyTorch. */
abstract class Convolution<E extends PerAxis> extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  protected readonly _options: Pick<ConvolutionOptions<E>, "stride" | "padding" | "dilation" | "groups">;

  constructor(inChannels: number, outChannels: number, kernel: E, options: ConvolutionOptions<E>, axes: number) {
    super();
    const { stride, padding, dilation, groups = 1, bias = true, generator } = options;
    const layer = `Conv${axes}d`;
    checkOptions<ConvolutionOptions<E>>(layer, options, optionNames);
    checkInteger(layer, "inChannels", inChannels, 0);
    checkInteger(layer, "outChannels", outChannels, 0);
    checkInteger(layer, "groups", groups, 1);
    const { window } = convSliding(layer, kernel, { stride, padding, dilation }, axes);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(
        `${layer}: ${inChannels} input and ${outChannels} output channels must be multiples of groups ${groups}`,
      );
    }
    const shape = [outChannels, inChannels / groups, ...window];
    const fanIn = sizeOf(shape.slice(1));
    this.weight = new Parameter(uniformByFanIn(shape, fanIn, generator));
    this.bias = bias ? new Parameter(uniformByFanIn([outChannels], fanIn, generator)) : null;
    this._options = { stride, padding, dilation, groups };
  }
}

/** 1-D convolution layer: [n, inChannels, length] to [n, outChannels, length']. */
export class Conv1d extends Convolution<number> {
  constructor(inChannels: number, outChannels: number, kernel: number, options: Conv1dOptions = {}) {
    super(inChannels, outChannels, kernel, options, 1);
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, { ...this._options, bias: this.bias });
  }
}

/** 2-D convolution layer: [n, inChannels, h, w] to [n, outChannels, h', w']. */
export class Conv2d extends Convolution<Pair> {
  constructor(inChannels: number, outChannels: number, kernel: Pair, options: Conv2dOptions = {}) {
    super(inChannels, outChannels, kernel, options, 2);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, { ...this._options, bias: this.bias });
  }
}
