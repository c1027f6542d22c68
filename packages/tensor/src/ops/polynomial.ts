import type { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import type { Operand } from "./build.ts";

/** A polynomial of two or more coefficients, that of the highest power first, by Horner's rule. */
export function polynomial([highest, ...others]: readonly number[], x: Tensor): Tensor {
  return others.reduce<Operand>((sum, coefficient) => add(mul(sum, x), coefficient), highest) as Tensor;
}
