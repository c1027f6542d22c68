import { Variable, variableChanges } from "../variable.ts";
import { describeValue, identityOf } from "./identity.ts";

/** Something that a compiled function may depend on besides variables: a module's mode, an optimizer's flags. */
interface HasSettings {
  /** What a recording takes as given: numbers, texts, flags, and objects that must stay the same ones. */
  settings(): Iterable<unknown>;
}

/** Something that has variables, and maybe settings: a module, an optimizer. */
export interface HasVariables extends Partial<HasSettings> {
  variables(): Iterable<Variable>;
}

/** What a compiled function may read and assign. */
export type State = readonly (Variable | HasVariables)[];

/**
 * What is given of the state of a compiled function, as a text that is another one where any of it has changed: the settings, and of
 * which variables they are, their dtype and backend, and whether they require a gradient.
 */
export class SettingsReader {
  readonly #items = new Set<Variable | HasVariables>();
  #values: unknown[] = [];
  #key = "";
  #changes = -1;
  #known: readonly Variable[] = [];
  #variables = "";

  constructor(state: State) {
    this.add(state);
  }

  /** Adds the state of a function that was called inside. */
  add(state: State): void {
    for (const item of state) {
      if (this.#items.has(item)) continue;
      this.#items.add(item);
      this.#changes = -1;
    }
  }

  read(): string {
    const values: unknown[] = [];
    for (const item of this.#items) {
      if (item instanceof Variable || item.settings === undefined) continue;
      for (const value of item.settings()) values.push(value);
    }
    // Mostly nothing has changed, and then nothing is written.
    const before = this.#values;
    if (values.length !== before.length || values.some((value, i) => !Object.is(value, before[i]))) {
      this.#values = values;
      this.#key = values.map(describeValue).join();
    }
    if (this.#changes !== variableChanges() || !this.#areKnown()) {
      this.#changes = variableChanges();
      this.#known = [...listed(Array.from(this.#items).filter(isPlain))];
      this.#variables = variablesOf([...this.#items])
        .map(describeVariable)
        .join();
    }
    return `${this.#key}|${this.#variables}`;
  }

  /** Whether what has no settings, which would tell, has the variables that it had. */
  #areKnown(): boolean {
    let count = 0;
    for (const item of this.#items) {
      if (!isPlain(item)) continue;
      if (item instanceof Variable) {
        if (item !== this.#known[count++]) return false;
      } else {
        for (const variable of item.variables()) if (variable !== this.#known[count++]) return false;
      }
    }
    return count === this.#known.length;
  }
}

/** Whether an item of the state says nothing of what matters besides its variables. */
function isPlain(item: Variable | HasVariables): boolean {
  return item instanceof Variable || item.settings === undefined;
}

/** The variables of a state, each once. */
export function variablesOf(state: State): Variable[] {
  return [...new Set(listed(state))];
}

/** The variables of a state, as often as they are listed. */
function* listed(state: Iterable<Variable | HasVariables>): Generator<Variable> {
  for (const item of state) {
    if (item instanceof Variable) yield item;
    else yield* item.variables();
  }
}

function describeVariable(variable: Variable): string {
  const { dtype, device } = variable.version;
  return `${identityOf(variable)}${dtype}${variable.requiresGrad ? "!" : ""}${device === null ? "" : identityOf(device)}`;
}
