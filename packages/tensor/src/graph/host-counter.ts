import { checkInteger } from "../checks.ts";
import { activeTrace } from "./trace.ts";

/** The counters that have moved, with the values they had, while something runs that may fail. */
let moved: Map<HostCounter, number> | null = null;

/**
 * A count that the host keeps: steps that an optimizer has made, words that a generator has drawn. It is state as variables are:
 * a compiled function moves it at each call, and an update that fails leaves it as it was.
 */
export class HostCounter {
  #value: number;

  /** @param value - A whole number that is not negative. */
  constructor(value = 0) {
    checkInteger("HostCounter", "value", value, 0);
    this.#value = value;
  }

  get value(): number {
    return this.#value;
  }

  set value(value: number) {
    checkInteger("HostCounter", "value", value, 0);
    if (moved?.has(this) === false) moved.set(this, this.#value);
    this.#value = value;
  }

  /** Counts on: now, or in a compiled function at each call. */
  advance(by = 1): void {
    const trace = activeTrace();
    if (trace === null) {
      this.value += by;
      return;
    }
    trace.effect(() => {
      this.value += by;
    });
  }
}

/** Runs a function; if it throws, counters go back to where they were. */
export function restoringCounters<T>(fn: () => T): T {
  const outer = moved;
  const own = (moved = new Map<HostCounter, number>());
  try {
    return fn();
  } catch (error) {
    for (const [counter, value] of own) counter.value = value;
    throw error;
  } finally {
    moved = outer;
  }
}
