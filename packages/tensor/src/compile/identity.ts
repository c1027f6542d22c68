/** Numbers of objects and functions, which have no text that tells them apart. */
const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** A text for an object that is that of no other one. */
export function identityOf(value: object): string {
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = ++lastIdentity));
  return `#${identity}`;
}

/** A text for a value: equal for equal numbers, strings and the like, and for one and the same object. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
  return identityOf(value);
}
