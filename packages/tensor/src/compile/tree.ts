import { Tensor } from "../tensor.ts";

/** The same nested arrays and plain objects with each leaf value replaced. */
export function mapLeaves(value: unknown, map: (leaf: unknown, path: string) => unknown, path = ""): unknown {
  if (value instanceof Tensor) return map(value, path);
  if (Array.isArray(value)) return value.map((item, i) => mapLeaves(item, map, `${path}[${i}]`));
  if (isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, mapLeaves(item, map, path === "" ? name : `${path}.${name}`)]),
    );
  }
  return map(value, path);
}

/** Arrays and plain objects as text, with the names of keys, and `describe` for each leaf. */
export function describeTree(value: unknown, describe: (leaf: unknown) => string): string {
  if (value instanceof Tensor) return describe(value);
  if (Array.isArray(value)) return `[${value.map((item) => describeTree(item, describe)).join()}]`;
  if (!isPlainObject(value)) return describe(value);
  const entries = Object.entries(value);
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${describeTree(item, describe)}`).join()}}`;
}

/** An object that a literal makes, here or in another realm, or one without a prototype. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.hasOwn(prototype, "isPrototypeOf"); // only that of plain objects has it
}
