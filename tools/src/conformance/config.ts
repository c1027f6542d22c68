import { Unsupported } from "./outcome.ts";

/**
 * The `config` of a case. It notes what has been read: a key that nobody asked for could change the result, so the case
 * must then count as unsupported and not as passed.
 */
export class Config {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #unread: Set<string>;

  /** @param descriptive keys that only describe the inputs, and change nothing */
  constructor(values: Readonly<Record<string, unknown>>, descriptive: readonly string[] = []) {
    this.#values = values;
    this.#unread = new Set(Object.keys(values).filter((key) => !descriptive.includes(key)));
  }

  /** Whether the key is there and not null. */
  has(key: string): boolean {
    return this.optional(key) !== undefined;
  }

  /** The value, or undefined if it is missing or null. */
  optional(key: string): unknown {
    this.#unread.delete(key);
    return this.#values[key] ?? undefined;
  }

  number(key: string): number {
    return this.#typed(key, "a number", isNumber);
  }

  integer(key: string): number {
    return this.#typed(key, "an integer", isInteger);
  }

  string(key: string): string {
    return this.#typed(key, "a string", isString);
  }

  integers(key: string): number[] {
    return this.#typed(key, "a list of integers", isIntegers);
  }

  integerOrIntegers(key: string): number | number[] {
    return this.#typed(key, "an integer or a list of integers", (value) => isInteger(value) || isIntegers(value));
  }

  /** An integer, also where it is written as a list of one. */
  axis(key: string): number {
    const value = this.integerOrIntegers(key);
    if (typeof value === "number") return value;
    if (value.length === 1) return value[0];
    throw new Unsupported(`config.${key} must name one axis, is ${JSON.stringify(value)}`);
  }

  /** Reads a key that may be missing. */
  maybe<Value>(key: string, read: (key: string) => Value): Value | undefined {
    return this.has(key) ? read.call(this, key) : undefined;
  }

  /** A text that says how other keys are meant: only the meaning that the runner follows will do. */
  means(key: string, known: RegExp): void {
    if (this.has(key) && !known.test(this.string(key))) {
      throw new Unsupported(`config.${key} is ${JSON.stringify(this.#values[key])}, which the runner does not know`);
    }
  }

  /** Those of `keys` that are there, in camelCase, as an options object for our API. */
  options(keys: readonly string[]): Record<string, unknown> {
    const present = keys.filter((key) => this.has(key));
    return Object.fromEntries(present.map((key) => [camelCase(key), plain(this.optional(key))]));
  }

  /** Throws if a key has not been read. */
  assertAllRead(): void {
    if (this.#unread.size === 0) return;
    const keys = [...this.#unread].map((key) => `${key}=${JSON.stringify(this.#values[key])}`);
    throw new Unsupported(`the runner does not know config ${keys.join(", ")} here`);
  }

  #typed<Value>(key: string, expected: string, check: (value: unknown) => value is Value): Value {
    const value = this.optional(key);
    if (check(value)) return value;
    throw new Unsupported(`config.${key} must be ${expected}, is ${JSON.stringify(value)}`);
  }
}

/** `negative_slope` as `negativeSlope`. */
export function camelCase(name: string): string {
  return name.replace(/_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** JSON has no infinity: it is written as text. */
function plain(value: unknown): unknown {
  return value === "inf" ? Infinity : value === "-inf" ? -Infinity : value;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isInteger);
}
