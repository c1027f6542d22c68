import { describe, expect, it } from "vitest";
import { randomCase } from "./loop-random.ts";
import { interpreted, runLoop, type SlotArray } from "./loop-runner.ts";

/** The numbers of a slot, with 0 for -0: maxima may give either. */
function numbers(array: ArrayLike<number>): number[] {
  return Array.from(array, (value) => value + 0);
}

describe("generated loops agree with the interpreter to the bit", () => {
  const seeds = Array.from({ length: 100 }, (_, i) => [i * 10, i * 10 + 9]);
  it.each(seeds)("random steps %i to %i", (first, last) => {
    for (let seed = first; seed <= last; seed++) {
      const { step, slots, scalars } = randomCase(seed);
      const expected = interpreted(step, slots, scalars);
      const whole = runLoop(step, slots, scalars);
      for (const [slot, values] of whole) {
        expect(numbers(values), `seed ${seed}, slot ${slot}`).toEqual(numbers(expected.get(slot) as number[]));
      }
      const divided = runLoop(step, slots, scalars, [1, 2, 5, 11], { wide: true });
      for (const [slot, values] of divided) {
        expect(
          // nor does the width of vectors change bits
          Buffer.from(values.buffer).equals(Buffer.from((whole.get(slot) as SlotArray).buffer)),
          `seed ${seed}`,
        ).toBe(true);
      }
    }
  });
});
