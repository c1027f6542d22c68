import { TraceError } from "../errors.ts";
import type { GradientSlot, Node } from "./node.ts";
import type { Storage } from "./storage.ts";

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
  /** The gradient of a leaf is about to change: after the recording it is again what it was. */
  beforeGradient(slot: GradientSlot): void;
  /** A number that is computed anew for each run. */
  scalar(node: Node, provider: () => number): void;
  /** Something that is done for each run, before it. */
  effect(fn: () => void): void;
  /** Something that is checked at each call of the value that it gives a leaf. */
  check(leaf: Node, test: (storage: Storage) => void): void;
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

/** Runs a function outside of the trace under way: for what is made once, whoever asks first. */
export function withoutTrace<T>(fn: () => T): T {
  const before = active;
  active = null;
  try {
    return fn();
  } finally {
    active = before;
  }
}

/** Throws inside a trace: `what` cannot be recorded. */
export function refuseInTrace(what: string, instead: string): void {
  if (active !== null) throw new TraceError(`compile: ${what} inside a compiled function; ${instead}`);
}
