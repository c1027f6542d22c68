import type { Tensor } from "@minima/tensor";
import type { HostTensor } from "@minima/tensor/safetensors";
import type { Api } from "./api.ts";
import { asTensor } from "./api.ts";
import { Unsupported } from "./outcome.ts";

/** A module of @minima/layers, reduced to what the runner does with it. */
export interface BuiltModule {
  /** By their names in the state dict. */
  readonly parameters: ReadonlyMap<string, Tensor>;
  /** Gives every parameter its value. */
  load(state: ReadonlyMap<string, HostTensor>): void;
  forward(...inputs: readonly Tensor[]): Tensor;
}

/** What the runner expects of a module's instance. */
interface ModuleLike {
  forward(...inputs: readonly unknown[]): unknown;
  namedParameters(): Iterable<readonly [string, Tensor]>;
  loadStateDict(state: Readonly<Record<string, Tensor>>): unknown;
}

/** Builds the module of the class `name`; options are left out if there are none. */
export function buildModule(
  api: Api,
  name: string,
  positional: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): BuiltModule {
  const module = new (api.class(name))(...positional, ...(Object.keys(options).length > 0 ? [options] : []));
  if (!isModule(module)) throw new TypeError(`${name} has no methods forward, namedParameters and loadStateDict`);
  const parameters = new Map(module.namedParameters());
  return {
    parameters,
    load(state) {
      const missing = [...parameters.keys()].filter((key) => !state.has(key));
      if (missing.length > 0) throw new Unsupported(`the fixtures have no value for ${name}.${missing.join(", ")}`);
      if (parameters.size === 0 && state.size === 0) return;
      module.loadStateDict(Object.fromEntries([...state].map(([key, tensor]) => [key, api.leaf(tensor)])));
    },
    forward: (...inputs) => asTensor(module.forward(...inputs), name),
  };
}

function isModule(value: object): value is ModuleLike {
  return "forward" in value && "namedParameters" in value && "loadStateDict" in value;
}
