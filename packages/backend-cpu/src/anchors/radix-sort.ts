import {
  i32,
  i64,
  type FunctionBuilder,
  type FunctionReference,
  type Local,
  type ModuleBuilder,
} from "../wasm/index.ts";

const digitBits = 8;
const digits = 32 / digitBits;
const digitValues = 2 ** digitBits;
const pairBytes = 8;

/** Bytes of the counters: one for each value of each digit of a key. */
export const counterBytes = 4 * digits * digitValues;

/** Appends the code that counts the digits of a key. */
export function countDigits(f: FunctionBuilder, counters: Local<"i32">, key: Local<"i32">): void {
  for (let digit = 0; digit < digits; digit++) {
    const counter = f.let(counterOf(counters, key, digit));
    f.store("i32.store", counter, i32.add(i32.load(counter, counterOffset(digit)), 1), counterOffset(digit));
  }
}

const counterOffset = (digit: number): number => 4 * digitValues * digit;

function counterOf(counters: Local<"i32">, key: Local<"i32">, digit: number) {
  return i32.add(counters, i32.shl(i32.and(i32.shr_u(key, digit * digitBits), digitValues - 1), 2));
}

const parameters = { counters: "i32", pairs: "i32", spare: "i32", count: "i32" } as const;

export type RadixSort = FunctionReference<typeof parameters, "i32">;

/**
 * Defines the function that sorts pairs of a position (low word) and a key by their keys, digit after digit from the
 * lowest, moving them between two places of memory; gives the place where they end. The digits have been counted. Digits
 * that are the same in all keys cost nothing.
 */
export function defineRadixSort(module: ModuleBuilder): RadixSort {
  return module.function({ name: "radixSort", parameters, result: "i32" }, (f, { counters, pairs, spare, count }) => {
    const bytes = f.let(i32.mul(count, pairBytes));
    for (let digit = 0; digit < digits; digit++) {
      const keyOfFirst = f.let(i32.load(pairs, 4));
      const ofFirst = i32.load(counterOf(counters, keyOfFirst, digit), counterOffset(digit));
      f.if(i32.ne(ofFirst, count), () => {
        // Counts become the addresses where pairs with this digit go.
        const next = f.let(spare);
        f.forRange({ to: 4 * digitValues, step: 4 }, (offset) => {
          const counter = f.let(i32.add(counters, offset));
          const size = f.let(i32.mul(i32.load(counter, counterOffset(digit)), pairBytes));
          f.store("i32.store", counter, next, counterOffset(digit)).increment(next, size);
        });
        f.forRange({ to: bytes, step: pairBytes }, (offset) => {
          const pair = f.let(i32.add(pairs, offset));
          const key = f.let(i32.load(pair, 4));
          const counter = f.let(counterOf(counters, key, digit));
          const place = f.let(i32.load(counter, counterOffset(digit)));
          f.store("i64.store", place, i64.load(pair));
          f.store("i32.store", counter, i32.add(place, pairBytes), counterOffset(digit));
        });
        const swapped = f.let(pairs);
        f.set(pairs, spare).set(spare, swapped);
      });
    }
    return pairs;
  });
}
