import type { Tensor } from "@minima/tensor";
import type { Api } from "./api.ts";
import type { Config } from "./config.ts";
import { Unsupported } from "./outcome.ts";

/** What the runner needs of an optimizer. */
export interface Optimizer {
  zeroGrad(): void;
  step(): Promise<unknown>;
}

/** The options of each optimizer that PyTorch has, by PyTorch's names. */
const optimizers: ReadonlyMap<string, readonly string[]> = new Map([
  ["SGD", ["momentum", "dampening", "weight_decay", "nesterov"]],
  ["Adam", ["betas", "eps", "weight_decay", "amsgrad"]],
  ["AdamW", ["betas", "eps", "weight_decay", "amsgrad"]],
  ["Adamax", ["betas", "eps", "weight_decay"]],
  ["NAdam", ["betas", "eps", "weight_decay", "momentum_decay"]],
  ["RAdam", ["betas", "eps", "weight_decay"]],
  ["RMSprop", ["alpha", "eps", "weight_decay", "momentum", "centered"]],
  ["Adagrad", ["lr_decay", "weight_decay", "initial_accumulator_value", "eps"]],
  ["Adadelta", ["rho", "eps", "weight_decay"]],
]);

/** Builds the optimizer `name` with the options that stand in the config. */
export function buildOptimizer(api: Api, name: string, parameters: readonly unknown[], config: Config): Optimizer {
  const options = optimizers.get(name);
  if (options === undefined) throw new Unsupported(`the runner does not know the optimizer ${name}`);
  const optimizer = new (api.from("@minima/optim").class(name))(parameters, config.options(["lr", ...options]));
  if (isOptimizer(optimizer)) return optimizer;
  throw new TypeError(`${name} has no methods zeroGrad and step`);
}

/** The gradient of a parameter, zero if none arrived. */
export async function gradientOf({ grad, size }: Tensor): Promise<ArrayLike<number>> {
  return grad === null ? new Float32Array(size) : grad.data();
}

function isOptimizer(value: object): value is Optimizer {
  return "zeroGrad" in value && "step" in value;
}
