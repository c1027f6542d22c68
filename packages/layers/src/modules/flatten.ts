import { type Tensor, checkInteger, checkOptions, flatten } from "@minima/tensor";
import { Module } from "../module.ts";

/** Merges all axes but the first: [n, c, h, w] to [n, c·h·w]. */
export class Flatten extends Module {
  readonly #axes: { startAxis: number; endAxis: number };

  constructor(options: { startAxis?: number; endAxis?: number } = {}) {
    super();
    const { startAxis = 1, endAxis = -1 } = options;
    checkOptions("Flatten", options, { startAxis: true, endAxis: true });
    checkInteger("Flatten", "startAxis", startAxis);
    checkInteger("Flatten", "endAxis", endAxis);
    this.#axes = { startAxis, endAxis };
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.#axes);
  }
}
