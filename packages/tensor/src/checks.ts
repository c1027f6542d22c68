import { ValueError } from "./errors.ts";

/**
 * Throws where options are no object, or have a name that does not exist: what is said is never ignored. For packages that
 * build on this one.
 *
 * @param known - Every option there is; the type sees to it that none is left out.
 */
export function checkOptions<O extends object>(
  caller: string,
  options: O,
  known: Readonly<Record<keyof O, unknown>>,
): void {
  const isObject = typeof options === "object" && (options as O | null) !== null;
  const wrong = isObject ? Object.keys(options).find((name) => !Object.hasOwn(known, name)) : "";
  if (wrong === undefined) return;
  const problem = isObject ? `there is no option ${wrong}` : `the options are one object, not ${String(options)}`;
  throw new ValueError(`${caller}: ${problem}; there are ${Object.keys(known).join(", ")}`);
}

/** Throws unless a value is an integer of at least `least`. */
export function checkInteger(caller: string, name: string, value: number, least = -Infinity): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new ValueError(
    `${caller}: ${name} ${String(value)} must be an integer${least === -Infinity ? "" : ` of at least ${least}`}`,
  );
}

/** Throws unless a value is an array. */
export function checkList(caller: string, name: string, value: readonly unknown[]): void {
  if (Array.isArray(value)) return;
  throw new ValueError(`${caller}: ${name} must be an array such as [2, 3], not ${String(value)}`);
}
