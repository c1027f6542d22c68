import { type Tensor, ValueError, type Variable, atomically, cast, evaluateUpdate, noGrad } from "@minima/tensor";

/** Variables that share options; options left out are those of the optimizer. */
export type ParameterGroup<Options> = { readonly parameters: Iterable<Variable> } & Partial<Options>;

/** What optimizers take: variables, or groups of them with options of their own. */
export type Parameters<Options> = Iterable<Variable> | Iterable<ParameterGroup<Options>>;

/** A group with all its options. */
export type Group<Options> = { readonly parameters: readonly Variable[] } & Options;

/**
 * Updates variables by their gradients. `step` adds the new values to the pending graph, so that forward pass,
 * gradients and update run as one program.
 */
export abstract class Optimizer<Options extends { lr: number }> {
  readonly groups: readonly Group<Options>[];

  constructor(parameters: Parameters<Options>, defaults: Options) {
    const list = [...parameters];
    if (list.length === 0) throw new ValueError(`${this.constructor.name}: give at least one parameter`);
    const isGroup = (item: object): item is ParameterGroup<Options> => "parameters" in item;
    const groups = list.every(isGroup) ? list : [{ parameters: list as readonly Variable[] }];
    this.groups = groups.map(
      (group) => ({ ...defaults, ...group, parameters: [...group.parameters] }) as Group<Options>,
    );
    for (const group of this.groups) this.check(group);
  }

  /** Learning rate of the first group; setting it sets that of all. */
  get lr(): number {
    return this.groups[0].lr;
  }

  set lr(value: number) {
    for (const group of this.groups) group.lr = value;
  }

  /** Forgets all gradients: the next `backward` starts from nothing. */
  zeroGrad(): void {
    for (const { parameters } of this.groups) for (const parameter of parameters) parameter.grad = null;
  }

  /**
   * Updates every variable that has a gradient, and computes everything that is pending. The work is done when the
   * promise resolves; on devices with a queue, when at most a few steps are still in flight.
   */
  step(): Promise<void> {
    atomically(() =>
      noGrad(() => {
        for (const group of this.groups) {
          for (const parameter of group.parameters) {
            const gradient = parameter.grad;
            // Updates are made in float32, so that parameters of float16 are rounded once.
            if (gradient !== null) this.update(parameter, cast(gradient, "float32"), group);
          }
        }
      }),
    );
    return evaluateUpdate();
  }

  /** The parameters and the optimizer's own variables: what `compile` takes as state. */
  *variables(): Generator<Variable> {
    for (const { parameters } of this.groups) yield* parameters;
    yield* this.slots();
  }

  /** The optimizer's own variables. */
  protected abstract slots(): Iterable<Variable>;

  /** Throws if an option is out of its range. */
  protected abstract check(options: Options): void;

  /**
   * Assigns the new value of one variable.
   *
   * @param gradient - In float32, whatever the dtype of the variable.
   */
  protected abstract update(parameter: Variable, gradient: Tensor, options: Options): void;
}

/** Throws unless `value` lies in [low, high]. */
export function checkRange(optimizer: string, option: string, value: number, low: number, high = Infinity): void {
  if (!(value >= low && value <= high)) {
    throw new ValueError(
      `${optimizer}: ${option} ${value} must lie in [${low}, ${high}${high === Infinity ? ")" : "]"}`,
    );
  }
}
