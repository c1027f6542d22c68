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

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
