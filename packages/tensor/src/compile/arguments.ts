import type { Tensor } from "../tensor.ts";

/** Whether a parameter takes a number and no tensor, or holds one that does. */
type HasNumber<T> = T extends Tensor
  ? never
  : T extends number
    ? true
    : T extends readonly (infer Item)[]
      ? TakesNumber<Item>
      : T extends object
        ? { [K in keyof T]: TakesNumber<T[K]> }[keyof T]
        : never;

/** `number | Tensor` is told the truth by a tensor. */
type TakesNumber<T> = [Extract<T, Tensor>] extends [never] ? HasNumber<T> : never;

type Positions<S extends readonly number[]> = `${S[number]}`;

/** The parameters of a function by position, without those that are static. */
type Varying<P extends readonly unknown[], S extends readonly number[]> = {
  [K in keyof P]: K extends Positions<S> ? never : TakesNumber<P[K]>;
}[number];

/** Nothing if the types of a function's parameters say what it gets, else what is wrong with them. */
export type Truthful<P extends readonly unknown[], S extends readonly number[]> = [Varying<P, S>] extends [never]
  ? unknown
  : {
      readonly error: "numbers arrive as tensors: give the parameter the type Tensor or Operand, or list its position in static";
    };

/** What a compiled function takes: numbers too, where the function itself takes tensors. */
export type Given<T> = T extends Tensor
  ? T | number
  : T extends readonly unknown[]
    ? { [K in keyof T]: Given<T[K]> }
    : T extends object
      ? { [K in keyof T]: Given<T[K]> }
      : T;
