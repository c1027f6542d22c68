import type { HasVariables, Variable } from "@minima/tensor";

/** What an optimizer must be able to do. */
export interface OptimizerLike {
  step(): Promise<void>;
  zeroGrad(): void;
  /** All that `step` reads or assigns: its parameters and its own variables. Without it nothing is compiled. */
  variables?(): Iterable<Variable>;
  /** What decides which operations `step` is made of; numbers read by a `hostScalar` may change without it. */
  settings?(): Iterable<unknown>;
  /** Options of groups of parameters. Without `settings` all count as such but the learning rate `lr`, which must be a `hostScalar`. */
  readonly groups?: Iterable<object> | undefined;
}

/** Whether an optimizer tells its variables, so that what it does can be compiled. */
export function hasVariables(optimizer: OptimizerLike): optimizer is OptimizerLike & HasVariables {
  return optimizer.variables !== undefined;
}

/** What `compile` takes as the state of an optimizer. */
export function stateOf(optimizer: OptimizerLike & HasVariables): HasVariables {
  if (optimizer.settings !== undefined) return optimizer;
  return { variables: () => optimizer.variables(), settings: () => optionsOf(optimizer.groups ?? []) };
}

function* optionsOf(groups: Iterable<object>): Generator<unknown> {
  for (const group of groups) {
    for (const [name, value] of Object.entries(group) as [string, unknown][]) {
      if (name === "lr") continue;
      if (Array.isArray(value)) yield* value as unknown[];
      else yield value;
    }
  }
}
