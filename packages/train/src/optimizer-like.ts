import type { HasVariables, Variable } from "@minima/tensor";

/** What an optimizer must be able to do. */
export interface OptimizerLike {
  step(): Promise<void>;
  zeroGrad(): void;
  /** All that `step` reads or assigns: its parameters and its own variables. Without it nothing is compiled. */
  variables?(): Iterable<Variable>;
  /** Options of groups of parameters. The learning rate `lr` must be read by a `hostScalar`, to change at every step. */
  readonly groups?: Iterable<object> | undefined;
}

/** Whether an optimizer tells its variables, so that what it does can be compiled. */
export function hasVariables(optimizer: OptimizerLike): optimizer is OptimizerLike & HasVariables {
  return optimizer.variables !== undefined;
}
