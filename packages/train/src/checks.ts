import { ValueError } from "@minima/tensor";

/** Throws unless a value has some methods; `wanted` says what does. */
export function checkMethods(what: string, value: unknown, methods: readonly PropertyKey[], wanted: string): void {
  const members = Object(value) as Readonly<Record<PropertyKey, unknown>>;
  if (methods.every((name) => typeof members[name] === "function")) return;
  const given = typeof value === "function" ? "a function" : String(value);
  throw new ValueError(`${what} is ${given}; give ${wanted}`);
}

/** Throws unless batches come out of a value, which says how many. */
export function checkBatches(what: string, value: unknown): void {
  const source = Object(value) as { readonly length?: unknown };
  const wanted = "batches and their number, such as a DataLoader or an array";
  checkMethods(what, value, [Symbol.asyncIterator in source ? Symbol.asyncIterator : Symbol.iterator], wanted);
  const { length } = source;
  if (Number.isSafeInteger(length)) return;
  throw new ValueError(`${what} has length ${String(length)}; it must be the number of batches in an epoch`);
}

/** Throws unless a value is a list of objects, or undefined. */
export function checkCallbacks(caller: string, callbacks: readonly unknown[] | undefined): void {
  if (callbacks === undefined) return;
  if (Array.isArray(callbacks) && callbacks.every((callback) => typeof callback === "object" && callback !== null))
    return;
  throw new ValueError(`${caller}: callbacks must be a list of objects such as [earlyStopping({ patience: 3 })]`);
}

/** Throws unless a value is a signal that can end what goes on, or undefined. */
export function checkSignal(caller: string, signal: unknown): void {
  if (signal === undefined || typeof (Object(signal) as Partial<AbortSignal>).aborted === "boolean") return;
  throw new ValueError(`${caller}: the signal is ${String(signal)}; give that of an AbortController`);
}
