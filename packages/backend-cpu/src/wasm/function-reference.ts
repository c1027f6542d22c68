import { operand } from "./expressions.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { Expression, Local, Operand, ValueType } from "./types.ts";

/** Names and types of a function's parameters, in the order in which JavaScript passes them. */
export type Parameters = Readonly<Record<string, ValueType>>;
/** The parameters as variables of the function's body. */
export type ParameterLocals<P extends Parameters> = { readonly [Name in keyof P]: Local<P[Name]> };
/** The arguments of a call, by name. */
export type Arguments<P extends Parameters> = { readonly [Name in keyof P]: Operand<P[Name]> };

/** A function of a module, imported or defined, that can be called. */
export interface FunctionReference<P extends Parameters = Parameters, R extends ValueType | null = ValueType | null> {
  readonly name: string;
  readonly index: number;
  readonly parameters: P;
  readonly result: R;
}

/** A call with named arguments, as an expression: its value is the function's result. */
export function call<P extends Parameters, R extends ValueType>(
  callee: FunctionReference<P, R>,
  argumentValues: Arguments<P>,
): Expression<R> {
  return { type: callee.result, ...callExpression(callee, argumentValues) };
}

/** The code of a call: arguments in the order of the parameters, then the call itself. */
export function callExpression<P extends Parameters>(
  callee: FunctionReference<P>,
  argumentValues: Arguments<P>,
): { emit(code: ByteWriter): void } {
  const inputs = Object.entries(callee.parameters).map(([name, type]) => {
    const value: Operand<ValueType> | undefined = argumentValues[name];
    if (value === undefined) throw new TypeError(`the call of ${callee.name} lacks the argument "${name}"`);
    return operand(type, value);
  });
  return {
    emit(code) {
      for (const input of inputs) input.emit(code);
      code.byte(0x10).unsigned(callee.index);
    },
  };
}
