import type { Backend, DeviceBuffer } from "../backend.ts";
import { bytesPerElement, type DType, type TypedArray } from "../dtype.ts";
import { StaleTensorError, TraceError } from "../errors.ts";
import { type Shape, formatShape } from "../shape.ts";

/** What versions know their variable by: it does not keep the variable. */
export interface VariableIdentity {
  readonly name: string;
}

/**
 * The value of a node, on the host, on a device, or on both. A host array belongs to the collector. A device buffer
 * belongs to the executor, which alone sets and frees it; for a leaf made from host data it is a cache of `host`.
 */
export class Storage {
  readonly dtype: DType;
  readonly size: number;
  host: TypedArray | null;
  buffer: DeviceBuffer | null = null;
  backend: Backend | null = null;
  /** How many programs have read the host array through a device copy. */
  uploads = 0;
  /** Somebody holds this version of a variable as a snapshot: it must outlive the next updates. */
  kept = false;
  /** What it was, once it is gone: for the error that a late read throws. */
  stale: string | null = null;
  /** Of a version of a variable: the identity of the variable, which answers for the memory, and those made with it. */
  version: { readonly variable: VariableIdentity; readonly generation: object } | null = null;
  /** Whether the elements are numbers that were given, not results. */
  readonly isGiven: boolean;
  #range: readonly [least: number, most: number] | null = null;

  constructor(dtype: DType, size: number, host: TypedArray | null, isGiven = false) {
    this.isGiven = isGiven;
    this.dtype = dtype;
    this.size = size;
    this.host = host;
  }

  /** The smallest and the largest of numbers that were given, found once: they do not change. Null for results. */
  get givenRange(): readonly [least: number, most: number] | null {
    const { host } = this;
    if (this.#range !== null || host === null || !this.isGiven) return this.#range;
    let [least, most] = [Infinity, -Infinity];
    for (let i = 0; i < host.length; i++) {
      if (host[i] < least) least = host[i];
      if (host[i] > most) most = host[i];
    }
    return (this.#range = [least, most]);
  }

  get bytes(): number {
    return this.size * bytesPerElement[this.dtype];
  }

  /** Throws `StaleTensorError` if the value is gone, with what later updates or a scope have freed. */
  checkFresh(node: StaleNode): void {
    if (this.stale !== null) throw staleTensorError(node, this.stale);
  }
}

/** The error for a tensor that cannot be had any more; `why` says what is gone that it needs. */
export function staleTensorError({ kind, shape, variable }: StaleNode, why: string): StaleTensorError {
  const what = variable === null ? `the tensor ${kind}` : `the variable ${variable.name}`;
  return new StaleTensorError(
    `${what} ${formatShape(shape)} has no value any more: it needs ${why}. ${adviceFor(why)}`,
  );
}

function adviceFor(why: string): string {
  if (why.includes(halfWrittenWords)) return "Assign the variable, or load it from a checkpoint";
  if (!why.includes(versionWords)) return "Read it before, or let it outlive the scope with scope.keep(t)";
  return (
    "A variable keeps its last two values, one that is updated in place its last one. Compute the tensor before the next step() with " +
    "await run(t), or return it from the compiled function; keep a value of the variable with variable.value or stateDict()"
  );
}

/** The error for a tensor that was made while a compiled function was recorded, and has a value in none of its runs. */
export function leakedTensorError({ kind, shape }: StaleNode): TraceError {
  return new TraceError(
    `compile: a tensor (${kind} ${formatShape(shape)}) that was made inside of a compiled function is used outside of it, where it ` +
      "has no value; return it from the function",
  );
}

/** What the error says of a node. */
interface StaleNode {
  readonly variable: VariableIdentity | null;
  readonly kind: string;
  readonly shape: Shape;
}

const halfWrittenWords = ", whose update in place a failure broke off";
const versionWords = " as it was before its update ";

/** Says of which variable a failure has left half a value. */
export function describeHalfWritten({ version }: Storage): string {
  return `${version?.variable.name ?? "a variable"}${halfWrittenWords}`;
}

/** Says which version of a variable is gone. */
export function describeVersion(variable: string, update: number): string {
  return `${variable}${versionWords}${update}`;
}
