import { type DType, isFloat } from "../dtype.ts";
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

/**
 * A number argument of a compiled function, which has another value at each call. It is a float32 scalar, and beside other
 * tensors it takes their dtype as the number itself would.
 */
export class ScalarInput extends Tensor {
  readonly numberClass: NumberClass;
  readonly #path: string;
  readonly #nodeOf: (dtype: DType) => Node;

  /** @param nodeOf - Makes the node that holds the number as a dtype. */
  constructor(numberClass: NumberClass, path: string, nodeOf: (dtype: DType) => Node) {
    super(nodeOf("float32"));
    this.numberClass = numberClass;
    this.#path = path;
    this.#nodeOf = nodeOf;
  }

  nodeOf(dtype: DType): Node {
    return dtype === "float32" ? this.node : this.#nodeOf(dtype);
  }

  /** Throws: as an axis, an extent or in an `if`, the number must be known while the function is recorded. */
  override [Symbol.toPrimitive](): never {
    this.#refuse("is a tensor in the function, and is used as a plain number there (an axis, an extent, a condition)");
  }

  /** Throws unless a dtype holds the number whatever it will be. */
  requireHeld(dtype: DType): void {
    if (isFloat(dtype) || this.numberClass === "natural" || (this.numberClass === "negative" && dtype !== "uint32"))
      return;
    this.#refuse(`may be a number that ${dtype} does not hold`);
  }

  #refuse(why: string): never {
    throw new TraceError(
      `compile: the number argument ${this.#path} ${why}; list its position in compile(fn, { static: [position] })`,
    );
  }
}
