import { type DType, isFloat } from "../dtype.ts";
import type { BinaryPrimitive, UnaryPrimitive } from "../graph/primitive.ts";
import { erf } from "./erf.ts";

/** Unary primitives in double precision; the array that is stored to rounds. */
export const unary: Readonly<Record<UnaryPrimitive, (x: number) => number>> = {
  neg: (x) => -x,
  floor: Math.floor,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  atan: Math.atan,
  erf,
};

type Binary = (a: number, b: number) => number;

/** Binary primitives by the dtype of the operands; integers wrap, and division by 0 gives 0. */
export const binary: Readonly<Record<BinaryPrimitive, (dtype: DType) => Binary>> = {
  add: () => (a, b) => a + b,
  sub: () => (a, b) => a - b,
  mul: (dtype) => (isFloat(dtype) ? (a, b) => a * b : Math.imul),
  div: (dtype) => (isFloat(dtype) ? (a, b) => a / b : (a, b) => (b === 0 ? 0 : Math.trunc(a / b))),
  pow: (dtype) => (isFloat(dtype) ? power : integerPower),
  mod: (dtype) => (isFloat(dtype) ? modulo : (a, b) => (b === 0 ? 0 : modulo(a, b))),
  max: () => (a, b) => (a > b || a !== a ? a : b),
  min: () => (a, b) => (a < b || a !== a ? a : b),
  less: () => (a, b) => (a < b ? 1 : 0),
  equal: () => (a, b) => (a === b ? 1 : 0),
};

/** C's pow: unlike JavaScript's, 1 to any power is 1, and (-1)^±∞ is 1. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Infinity || b === -Infinity))) return 1;
  return a ** b;
}

/** By repeated squaring, modulo 2^32; to a negative power the reciprocal, rounded towards 0. */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0 && base !== 1 && base !== -1) return 0;
  let result = 1;
  for (let rest = exponent >>> 0, factor = base; rest > 0; rest >>>= 1) {
    if (rest % 2 === 1) result = Math.imul(result, factor);
    factor = Math.imul(factor, factor);
  }
  return result;
}

/** Remainder with the sign of the divisor. */
function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}
