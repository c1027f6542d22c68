import { type Tensor, ValueError } from "@minima/tensor";
import type { Module } from "./module.ts";

/**
 * Calls a module with other values for (some of) its variables: the functional style, in which parameters are
 * arguments, so that `grad` can differentiate by them. The module itself stays as it is.
 *
 * @param values - By the names of the state dict.
 */
export function functionalCall(module: Module, values: Readonly<Record<string, Tensor>>, ...inputs: Tensor[]): Tensor {
  const variables = new Map(module.namedVariables());
  const call = Object.entries(values).reduce(
    (inner, [name, value]) => {
      const variable = variables.get(name);
      if (variable === undefined) throw new ValueError(`functionalCall: the module has no variable ${name}`);
      return () => variable.withValue(value, inner);
    },
    () => module.forward(...inputs),
  );
  return call();
}
