import { type Tensor, ValueError, Variable, formatShape, sameShape } from "@minima/tensor";
import { Parameter } from "./parameter.ts";

/** Values by name, as `stateDict` gives them and safetensors files hold them. */
export type StateDict = Record<string, Tensor>;

/**
 * A piece of a network: holds parameters, other variables and further modules as properties, and computes with them.
 *
 * Names in a state dict follow PyTorch: the path of property names, joined by dots, each in snake_case
 * (`layers.0.weight`, `bn1.running_mean`). Properties that start with `_` do not count.
 */
export abstract class Module {
  /** Whether the module is being trained: dropout and batch normalisation behave differently then. */
  training = true;

  abstract forward(...inputs: Tensor[]): Tensor;

  /** Children by property name; elements of arrays by number. */
  *children(): Generator<[string, Module]> {
    for (const [name, value] of Object.entries(this)) {
      if (name.startsWith("_")) continue;
      if (value instanceof Module) yield [snakeCase(name), value];
      else if (Array.isArray(value)) {
        for (const [i, item] of value.entries()) if (item instanceof Module) yield [`${snakeCase(name)}.${i}`, item];
      }
    }
  }

  /** All variables, those of children included, with their paths. */
  *namedVariables(prefix = ""): Generator<[string, Variable]> {
    for (const [name, value] of Object.entries(this)) {
      if (!name.startsWith("_") && value instanceof Variable) yield [prefix + snakeCase(name), value];
    }
    for (const [name, child] of this.children()) yield* child.namedVariables(`${prefix}${name}.`);
  }

  /** All parameters with their paths; one that is used twice comes once. */
  *namedParameters(): Generator<[string, Parameter]> {
    const seen = new Set<Parameter>();
    for (const [name, variable] of this.namedVariables()) {
      if (variable instanceof Parameter && !seen.has(variable)) {
        seen.add(variable);
        yield [name, variable];
      }
    }
  }

  parameters(): Parameter[] {
    return Array.from(this.namedParameters(), ([name, parameter]) => {
      if (parameter.name === "parameter") parameter.name = name;
      return parameter;
    });
  }

  /** Everything that changes as the module trains: what `compile` takes as state. */
  *variables(): Generator<Variable> {
    for (const [, variable] of this.namedVariables()) yield variable;
  }

  /**
   * What `compile` takes as given: the modules, and of their members all but tensors and further modules (mode, rates, sizes,
   * functions). Lists count by their elements. When one has changed, compiled functions are recorded for the new ones.
   */
  *settings(): Generator<unknown> {
    for (const module of this.modules()) {
      yield module;
      for (const value of Object.values(module) as unknown[]) {
        if (value instanceof Module) continue;
        if (Array.isArray(value)) yield* value as unknown[];
        else yield value;
      }
    }
  }

  /** This module and all below it. */
  *modules(): Generator<Module> {
    yield this;
    for (const [, child] of this.children()) yield* child.modules();
  }

  /** Switches to training (or, with false, to evaluation), children included. */
  train(training = true): this {
    for (const module of this.modules()) module.training = training;
    return this;
  }

  /** Switches to evaluation. */
  eval(): this {
    return this.train(false);
  }

  /** Snapshots of all variables by path; unchanged by further training. */
  stateDict(): StateDict {
    return Object.fromEntries(Array.from(this.namedVariables(), ([name, variable]) => [name, variable.value]));
  }

  /**
   * Sets all variables from a state dict.
   *
   * @param options.strict - Every name must be there and no other (default); otherwise only names in both are taken.
   * @throws ValueError naming everything that is missing, unexpected or of another shape; nothing is changed then.
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): void {
    const variables = new Map(this.namedVariables());
    const problems: string[] = [];
    for (const [name, variable] of variables) {
      const value = state[name];
      if (value === undefined) {
        if (options.strict !== false) problems.push(`${name} is missing`);
      } else if (!sameShape(value.shape, variable.shape) || value.dtype !== variable.dtype) {
        const describe = (t: Tensor): string => `${formatShape(t.shape)} ${t.dtype}`;
        problems.push(`${name} is ${describe(value)}, the module has ${describe(variable)}`);
      }
    }
    if (options.strict !== false) {
      for (const name of Object.keys(state)) if (!variables.has(name)) problems.push(`${name} is not in the module`);
    }
    if (problems.length > 0) throw new ValueError(`loadStateDict: ${problems.join("; ")}`);
    for (const [name, variable] of variables) if (state[name] !== undefined) variable.assign(state[name]);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
