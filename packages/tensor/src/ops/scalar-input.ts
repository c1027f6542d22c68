import type { DType } from "../dtype.ts";
import { TraceError } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { Tensor } from "../tensor.ts";

/**
 * What a number decides on beside tensors: integers keep an integer dtype, other numbers make floats. Integers are told apart by
 * which dtypes hold them: all that have integers, those with a sign, or none for certain.
 */
export type NumberClass = "natural" | "negative" | "large" | "float";

export function classOfNumber(value: number): NumberClass {
  if (!Number.isInteger(value)) return "float";
  return (value | 0) !== value ? "large" : value < 0 ? "negative" : "natural";
}

/** What a number of a call becomes before it is an element; it may throw. */
export type Conversion = (value: number) => number;

/**
 * A number argument of a compiled function, which has another value at each call. It is a float32 scalar, and beside other
 * tensors it takes their dtype as the number itself would.
 */
export class ScalarInput extends Tensor {
  readonly numberClass: NumberClass;
  readonly #path: string;
  readonly #bind: (dtype: DType, convert: Conversion) => Node;

  /** @param bind - Makes the node that holds the number, converted, as a dtype. */
  constructor(numberClass: NumberClass, path: string, bind: (dtype: DType, convert: Conversion) => Node) {
    super(bind("float32", (value) => value));
    this.numberClass = numberClass;
    this.#path = path;
    this.#bind = bind;
  }

  /** The number as a dtype, after what is to be done with it at each call. */
  nodeOf(dtype: DType, convert: Conversion = (value) => value): Node {
    return this.#bind(dtype, convert);
  }

  /** The same number, checked at each call. */
  checked(check: (value: number) => void): ScalarInput {
    return new ScalarInput(this.numberClass, this.#path, (dtype, convert) =>
      this.#bind(dtype, (value) => {
        check(value);
        return convert(value);
      }),
    );
  }

  /** Throws: as an axis, an extent or in an `if`, the number must be known while the function is recorded. */
  override [Symbol.toPrimitive](): never {
    throw new TraceError(
      `compile: the number argument ${this.#path} is a tensor in the function, and is used as a plain number there (an axis, an ` +
        "extent, a condition); list its position in compile(fn, { static: [position] })",
    );
  }
}
