import type { Module } from "@minima/layers";
import { Variable } from "@minima/tensor";

/** An optimizer as far as its options are concerned. */
interface HasGroups {
  /** Options of groups of parameters; the learning rate `lr` is asked for at every step, others when it is recorded. */
  readonly groups?: Iterable<object> | undefined;
}

/**
 * The modules, their variables, and their members that are numbers, strings, flags or functions: mode, rates, sizes.
 * They may be changed between batches, by a callback, say.
 */
export function moduleSettings(model: Module): unknown[] {
  const found: unknown[] = [];
  for (const module of model.modules()) {
    found.push(module);
    for (const value of Object.values(module) as unknown[]) {
      if (typeof value !== "object" || value instanceof Variable) found.push(value);
    }
  }
  return found;
}

/** The options of an optimizer, but for the learning rate. */
export function optimizerSettings({ groups = [] }: HasGroups): unknown[] {
  const found: unknown[] = [];
  for (const group of groups) {
    for (const [name, value] of Object.entries(group) as [string, unknown][]) {
      if (name === "lr") continue;
      if (Array.isArray(value)) found.push(...(value as unknown[]));
      else found.push(value);
    }
  }
  return found;
}
