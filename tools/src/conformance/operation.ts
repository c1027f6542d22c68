import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import { camelCase } from "./config.ts";
import type { Config } from "./config.ts";
import { Unsupported } from "./outcome.ts";

/** Computes the outputs of one operation, in the order of PyTorch. */
export type Operation = (
  api: Api,
  inputs: readonly Tensor[],
  config: Config,
) => Tensor | readonly Tensor[] | Promise<Tensor | readonly Tensor[]>;

/** A row of a table of operations: PyTorch's name and what to do. */
export type Row = readonly [string, Operation];

/** f(x0, x1, ...) without arguments beside `arity` tensors. */
export function plain(arity: number, ...names: readonly string[]): Row[] {
  return names.map((op) => [op, called(camelCase(op), arity)]);
}

export function called(name: string, arity: number): Operation {
  return (api, inputs) => {
    takes(inputs, arity);
    return api.tensor(name, ...inputs);
  };
}

/** f(x, { options }) with those of the options that the config has. */
export function optioned(op: string, ...keys: readonly string[]): Row {
  return [op, (api, inputs, config) => api.tensor(camelCase(op), takes(inputs, 1)[0], config.options(keys))];
}

/** f(x, axis). */
export function alongAxis(...names: readonly string[]): Row[] {
  return names.map((op) => [
    op,
    (api, inputs, config) => api.tensor(camelCase(op), takes(inputs, 1)[0], config.axis("dim")),
  ]);
}

/** f(x, { axis, keepDims, ... }) over one axis, several, or all. */
export function reduction(op: string, name = camelCase(op), more: Readonly<Record<string, string>> = {}): Row {
  return [
    op,
    (api, inputs, config) => {
      const options = { ...reductionOptions(config), ...renamed(config, more) };
      return api.tensor(name, takes(inputs, 1)[0], options);
    },
  ];
}

/** As {@link reduction}, over one axis or all. */
export function argReduction(op: string): Row {
  return [
    op,
    (api, inputs, config) => {
      const axis = config.maybe("dim", config.axis);
      return api.tensor(op, takes(inputs, 1)[0], {
        ...reductionOptions(config),
        ...(axis === undefined ? {} : { axis }),
      });
    },
  ];
}

/** Over one axis `max` and `min` give values and indices, over all axes a value. */
export function extremum(op: string): Row {
  return [
    op,
    (api, inputs, config) => {
      const [x] = takes(inputs, 1);
      const options = reductionOptions(config);
      if (!config.has("dim")) return api.tensor(op, x, options);
      return api.valuesAndIndices(op, x, { ...options, axis: config.axis("dim") });
    },
  ];
}

function reductionOptions(config: Config): Record<string, unknown> {
  return {
    ...(config.has("dim") ? { axis: config.integerOrIntegers("dim") } : {}),
    ...(config.has("keepdim") ? { keepDims: config.optional("keepdim") } : {}),
  };
}

/** Options under other names: key of the config -> our name. */
export function renamed(config: Config, names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) => Object.values(config.options([key])).map((value) => [name, value])),
  );
}

/** Checks how many tensors there are. */
export function takes(inputs: readonly Tensor[], arity: number): readonly Tensor[] {
  if (inputs.length === arity) return inputs;
  throw new Unsupported(`the runner knows this operation with ${arity} tensors, not ${inputs.length}`);
}

/** f(x, axis, index, source), with the indices as second tensor. */
export function indexed(name: string, arity: number): Operation {
  return (api, inputs, config) => {
    config.means("args", /^input, index, src\b/);
    const [x, ...rest] = takes(inputs, arity);
    return api.tensor(name, x, config.axis("dim"), ...rest);
  };
}

export function diagonal(name: string): Operation {
  return (api, inputs, config) => api.tensor(name, takes(inputs, 1)[0], config.maybe("diagonal", config.integer) ?? 0);
}
