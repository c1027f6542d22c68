import type { CounterRandom } from "./counter-random.ts";

/** The integers from 0 to `length` - 1 in order. */
export function identity(length: number): Uint32Array {
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row++) rows[row] = row;
  return rows;
}

/** Puts the elements in random order, every order equally likely (Fisher and Yates, as Durstenfeld 1964). */
export function shuffleInPlace(elements: Uint32Array, random: CounterRandom): void {
  for (let last = elements.length - 1; last > 0; last--) {
    const chosen = random.below(last + 1);
    const element = elements[last];
    elements[last] = elements[chosen];
    elements[chosen] = element;
  }
}
