import { type Tensor, ValueError } from "@minima/tensor";
import { Module } from "../module.ts";

/** Modules one after the other; named 0, 1, 2, … in state dicts. */
export class Sequential extends Module {
  readonly #modules: readonly Module[];

  constructor(...modules: readonly Module[]) {
    super();
    for (const [i, module] of modules.entries() as Iterable<[number, unknown]>) {
      if (module instanceof Module) continue;
      throw new ValueError(`Sequential: ${i} is ${String(module)}; give modules, one after the other`);
    }
    this.#modules = modules;
  }

  override *children(): Generator<[string, Module]> {
    for (const [i, module] of this.#modules.entries()) yield [String(i), module];
  }

  forward(x: Tensor): Tensor {
    return this.#modules.reduce((value, module) => module.forward(value), x);
  }
}
