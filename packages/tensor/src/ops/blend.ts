import type { Tensor } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { type Operand, asTensor } from "./build.ts";
import { less } from "./compare.ts";
import { where } from "./select.ts";

/** Point on the way from start to end: start + weight·(end - start), exact at both ends; broadcast. */
export function lerp(start: Operand, end: Operand, weight: Operand): Tensor {
  const way = sub(end, start);
  const fromStart = (): Tensor => add(start, mul(weight, way));
  const fromEnd = (): Tensor => sub(end, mul(typeof weight === "number" ? 1 - weight : sub(1, weight), way));
  if (typeof weight === "number") return weight < 0.5 ? fromStart() : fromEnd();
  return where(less(asTensor(weight), 0.5), fromStart(), fromEnd());
}

export interface ScaledOptions {
  /** Factor on the product or quotient; default 1. */
  readonly value?: number | undefined;
}

/** x + value·a·b, element by element; broadcast. */
export function addcmul(x: Operand, a: Operand, b: Operand, options: ScaledOptions = {}): Tensor {
  const product = mul(a, b);
  return add(x, options.value === undefined ? product : mul(product, options.value));
}

/** x + value·a / b, element by element; broadcast. */
export function addcdiv(x: Operand, a: Operand, b: Operand, options: ScaledOptions = {}): Tensor {
  const quotient = div(a, b);
  return add(x, options.value === undefined ? quotient : mul(quotient, options.value));
}
