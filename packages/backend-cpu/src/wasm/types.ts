import type { ByteWriter } from "./byte-writer.ts";

/** The value types of WebAssembly that kernels compute with. Pointers are `i32`. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Binary encoding of each value type. */
export const valueTypeCode = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/**
 * Code that leaves one value of type `T` on the stack.
 *
 * An expression is code, not a value: used twice it is evaluated twice, and it reads locals and memory at the place
 * where it is used. `FunctionBuilder.let` evaluates once and keeps the value in a local.
 */
export interface Expression<T extends ValueType = ValueType> {
  readonly type: T;
  emit(code: ByteWriter): void;
}

/** A local variable or parameter of a function; as an expression it reads the variable. */
export interface Local<T extends ValueType = ValueType> extends Expression<T> {
  readonly index: number;
}

/** What an instruction accepts for an operand of type `T`: an expression, or for scalar types a JavaScript number. */
export type Operand<T extends ValueType> =
  Expression<T> | (T extends "v128" ? never : T extends "i64" ? bigint : number);

/** Operands for a list of value types. */
export type Operands<P extends readonly ValueType[]> = { readonly [I in keyof P]: Operand<P[I]> };
