import { type Tensor, flatten } from "@minima/tensor";
import { Module } from "../module.ts";

/** Merges all axes but the first: [n, c, h, w] to [n, c·h·w]. */
export class Flatten extends Module {
  readonly #axes: { startAxis: number; endAxis: number };

  constructor(options: { startAxis?: number; endAxis?: number } = {}) {
    super();
    this.#axes = { startAxis: 1, endAxis: -1, ...options };
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.#axes);
  }
}
