/**
 * Numbers lists of numbers: 0 for the first one, and so on; a list that equals an earlier one has its number. What a planner
 * looks up most are such lists, and a text as the key would have to be built and hashed for each.
 */
export class Interner {
  readonly #lists: (readonly number[])[] = [];
  /** The latest list of each hash, and for each list the one before it that has its hash, or -1. */
  readonly #latest = new Map<number, number>();
  readonly #before: number[] = [];

  /** The number of a list, which must not change after that. */
  numberOf(list: readonly number[]): number {
    const hash = hashOf(list);
    const latest = this.#latest.get(hash) ?? -1;
    for (let known = latest; known >= 0; known = this.#before[known]) {
      if (isEqual(this.#lists[known], list)) return known;
    }
    this.#latest.set(hash, this.#lists.length);
    this.#before.push(latest);
    return this.#lists.push(list) - 1;
  }
}

/** FNV-1a over the numbers and their order, in 30 bits: engines keep those without a box. */
function hashOf(list: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < list.length; i++) hash = Math.imul(hash ^ list[i], 0x01000193) ^ (hash >>> 15);
  return hash >>> 2;
}

function isEqual(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
