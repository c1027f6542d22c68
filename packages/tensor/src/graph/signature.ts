import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";

const numbers = new Map<string, number>();

/**
 * A small number for each combination of kind, shape, dtype and attributes seen in this process. Graphs of equal
 * structure have equal sequences of signatures, which is what plans are cached by.
 */
export function signatureOf(kind: string, shape: Shape, dtype: DType, attributes: object | null): number {
  let key = kind + dtype;
  for (let axis = 0; axis < shape.length; axis++) key += "," + shape[axis];
  if (attributes !== null) key += describe(attributes);
  let number = numbers.get(key);
  if (number === undefined) {
    number = numbers.size + 1;
    numbers.set(key, number);
  }
  return number;
}

/** Text that is equal for equal attributes: numbers, strings, booleans and arrays of numbers by name. */
function describe(attributes: object): string {
  let text = "";
  for (const [name, value] of Object.entries(attributes)) text += "|" + name + "=" + String(value);
  return text;
}
