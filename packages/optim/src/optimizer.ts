import { type Tensor, ValueError, type Variable, cast, checkOptions, update } from "@minima/tensor";
import { type Defaults, type Group, type Parameters, checkedGroup, readGroups } from "./groups.ts";

/**
 * Updates variables by their gradients. `step` adds the new values to the pending graph, so that forward pass,
 * gradients and update run as one program.
 */
export abstract class Optimizer<Options extends { lr: number }> {
  /** Options may be assigned between steps: `optimizer.groups[0].lr = 0.01`. */
  readonly groups: readonly Group<Options>[];

  /**
   * @param parameters - Those that require no gradient are left alone, for as long as they do.
   * @throws ValueError for options that do not exist or are out of range; for parameters that are no variables or come
   *   twice; if none requires a gradient.
   */
  constructor(parameters: Parameters<Options>, options: Partial<Options>, defaults: Defaults<Options>) {
    const caller = this.constructor.name;
    checkOptions<Partial<Options>>(caller, options, defaults);
    const check = (values: Options): void => this.check(values);
    const changed = (group: Group<Options>): void => this.prepare(group);
    this.groups = readGroups(caller, parameters, defaults).map(({ parameters, own }) => {
      const values = { ...defaults, ...given(options), ...given(own) } as Options; // `check` refuses those still missing
      return checkedGroup(parameters, values, check, changed);
    });
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
   * Updates every variable that has a gradient, and computes the update with all that belongs to it in one program. The work is
   * done when the promise resolves; on devices with a queue, when at most a few steps are still in flight. If it fails,
   * nothing has changed.
   */
  step(): Promise<void> {
    return update(() => {
      for (const group of this.groups) {
        this.prepare(group);
        for (const parameter of group.parameters) {
          const gradient = parameter.grad;
          // Updates are made in float32, so that parameters of float16 are rounded once.
          if (gradient !== null) this.update(parameter, cast(gradient, "float32"), group);
        }
      }
    });
  }

  /** The parameters and the optimizer's own variables: what `compile` takes as state. */
  *variables(): Generator<Variable> {
    for (const group of this.groups) {
      this.prepare(group); // some of its parameters may have begun to require a gradient
      yield* group.parameters;
    }
    yield* this.slots();
  }

  /**
   * What decides which operations an update is made of: `compile` records it anew when one has changed. The numbers themselves may
   * change at any time.
   */
  *settings(): Generator<unknown> {
    for (const group of this.groups) {
      yield group.parameters;
      yield* this.kindOf(group);
    }
  }

  /** The flags of a group, and which of its numbers are 0, if operations are left out then. */
  protected abstract kindOf(options: Options): readonly unknown[];

  /** The optimizer's own variables. */
  protected abstract slots(): Iterable<Variable>;

  /** Throws if an option is out of its range. */
  protected abstract check(options: Options): void;

  /**
   * Makes the variables that are missing for updates of the parameters of a group that require gradients. Called at each step, and when
   * an option has changed.
   */
  protected abstract prepare(group: Group<Options>): void;

  /**
   * Assigns the new value of one variable.
   *
   * @param gradient - In float32, whatever the dtype of the variable.
   */
  protected abstract update(parameter: Variable, gradient: Tensor, options: Options): void;
}

/** Options but for those that are undefined. */
function given<Options extends object>(options: Options): Partial<Options> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Options>; // a selection of the same
}

/** Throws unless `value` is a finite number in [low, high]. */
export function checkRange(optimizer: string, option: string, value: number, low: number, high = Infinity): void {
  if (!(Number.isFinite(value) && value >= low && value <= high)) {
    throw new ValueError(
      `${optimizer}: ${option} ${value} must lie in [${low}, ${high}${high === Infinity ? ")" : "]"}`,
    );
  }
}

/** Throws unless `value` is true or false. */
export function checkFlag(optimizer: string, option: string, value: boolean): void {
  if (typeof value !== "boolean") {
    throw new ValueError(`${optimizer}: ${option} ${String(value)} must be true or false`);
  }
}
