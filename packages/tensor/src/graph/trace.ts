import { TraceError } from "../errors.ts";
import type { Node } from "./node.ts";

/** A variable as a trace sees it. */
export interface TracedVariable {
  readonly name: string;
}

/** A function being recorded: variables stand for placeholders, and assignments are noted instead of made. */
export interface ActiveTrace {
  /** The node that stands for the variable's value now. */
  read(variable: TracedVariable): Node;
  assign(variable: TracedVariable, value: Node): void;
  /** Makes a variable part of the state although the caller did not list it. */
  include(variable: TracedVariable): void;
  /** A number that is computed anew for each run. */
  scalar(node: Node, provider: () => number): void;
  /** Something that is done for each run, before it. */
  effect(fn: () => void): void;
}

let active: ActiveTrace | null = null;

/** The trace under way, or null. */
export function activeTrace(): ActiveTrace | null {
  return active;
}

/** Runs a function under a trace. */
export function withTrace<T>(trace: ActiveTrace, fn: () => T): T {
  if (active !== null) throw new TraceError("compile: a compiled function cannot be called inside another one");
  active = trace;
  try {
    return fn();
  } finally {
    active = null;
  }
}

/** Throws inside a trace: `what` cannot be recorded. */
export function refuseInTrace(what: string, instead: string): void {
  if (active !== null) throw new TraceError(`compile: ${what} inside a compiled function; ${instead}`);
}
