import type { ByteWriter } from "./byte-writer.ts";
import type { ValueType } from "./types.ts";

/** An instruction that takes its operands from the stack and has no immediate arguments. */
export interface Instruction<P extends readonly ValueType[] = readonly ValueType[], R extends ValueType = ValueType> {
  readonly prefix: number | null;
  readonly opcode: number;
  readonly parameters: P;
  readonly result: R;
}

/** First byte of the saturating conversions and bulk memory instructions. */
export const miscPrefix = 0xfc;
/** First byte of all SIMD instructions. */
export const simdPrefix = 0xfd;

/** Describes a family of instructions that share one signature; the keys of `opcodes` are the instructions' names. */
export function family<const P extends readonly ValueType[], R extends ValueType, Name extends string>(
  parameters: P,
  result: R,
  opcodes: Readonly<Record<Name, number>>,
  prefix: number | null = null,
): Readonly<Record<Name, Instruction<P, R>>> {
  const entries = Object.entries<number>(opcodes).map(([name, opcode]) => [
    name,
    { prefix, opcode, parameters, result },
  ]);
  return Object.fromEntries(entries) as Record<Name, Instruction<P, R>>;
}

/** As {@link family}, for SIMD instructions. */
export function simdFamily<const P extends readonly ValueType[], R extends ValueType, Name extends string>(
  parameters: P,
  result: R,
  opcodes: Readonly<Record<Name, number>>,
): Readonly<Record<Name, Instruction<P, R>>> {
  return family(parameters, result, opcodes, simdPrefix);
}

/** Writes an opcode with its prefix. Opcodes behind a prefix are LEB128 numbers, plain ones are one byte. */
export function writeOpcode(code: ByteWriter, { prefix, opcode }: { prefix: number | null; opcode: number }): void {
  if (prefix === null) code.byte(opcode);
  else code.byte(prefix).unsigned(opcode);
}
