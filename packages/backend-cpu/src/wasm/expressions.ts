import type { ByteWriter } from "./byte-writer.ts";
import { constant } from "./constants.ts";
import { simdPrefix, writeOpcode, type Instruction } from "./instruction.ts";
import { laneLoadInstructions, loadInstructions } from "./memory-instructions.ts";
import { scalarInstructions } from "./scalar-instructions.ts";
import { simdInstructions } from "./simd-instructions.ts";
import type { Expression, Operand, Operands, ValueType } from "./types.ts";

/** All instructions without immediates. */
export const instructions = { ...scalarInstructions, ...simdInstructions } as const;
export type InstructionName = keyof typeof instructions;
export type LoadName = keyof typeof loadInstructions;
export type LaneLoadName = keyof typeof laneLoadInstructions;

/** The names of all instructions that take `P` and give `R`, for example the element-wise unary ones of v128. */
export type InstructionOf<P extends readonly ValueType[], R extends ValueType> = {
  [Name in InstructionName]: (typeof instructions)[Name] extends Instruction<P, R> ? Name : never;
}[InstructionName];
/** Names of the instructions from one v128 to a v128. */
export type UnaryVectorInstruction = InstructionOf<readonly ["v128"], "v128">;
/** Names of the instructions from two v128 to a v128. */
export type BinaryVectorInstruction = InstructionOf<readonly ["v128", "v128"], "v128">;

/** Turns a number given as an operand into a constant; expressions stay as they are. Throws on a type that differs. */
export function operand<T extends ValueType>(type: T, value: Operand<T>): Expression<T> {
  const expression = typeof value === "object" ? value : constant(type, value as number | bigint);
  if (expression.type !== type)
    throw new TypeError(`expected a WebAssembly operand of type ${type}, got ${expression.type}`);
  return expression as Expression<T>;
}

/** The instruction `name` applied to its operands, for code that chooses instructions by name. */
export function instruction<Name extends InstructionName>(
  name: Name,
  ...operands: Operands<(typeof instructions)[Name]["parameters"]>
): Expression<(typeof instructions)[Name]["result"]> {
  const chosen: Instruction = instructions[name];
  if (operands.length !== chosen.parameters.length) {
    throw new TypeError(`${name} takes ${chosen.parameters.length} operands, got ${operands.length}`);
  }
  const inputs = chosen.parameters.map((type, i) => operand(type, operands[i] as Operand<ValueType>));
  return {
    type: chosen.result,
    emit(code) {
      for (const input of inputs) input.emit(code);
      writeOpcode(code, chosen);
    },
  };
}

/**
 * The load `name` from the byte `address + offset`. No alignment is promised to the engine (the hint is one byte), so any
 * address will do.
 */
export function load<Name extends LoadName>(
  name: Name,
  address: Operand<"i32">,
  offset = 0,
): Expression<(typeof loadInstructions)[Name]["type"]> {
  const base = operand("i32", address);
  const chosen = loadInstructions[name];
  return {
    type: chosen.type,
    emit(code) {
      base.emit(code);
      writeOpcode(code, chosen);
      writeMemoryArgument(code, offset);
    },
  };
}

/** `vector` with lane `lane` replaced by the value at the byte `address + offset`. */
export function loadLane(
  name: LaneLoadName,
  lane: number,
  address: Operand<"i32">,
  vector: Expression<"v128">,
  offset = 0,
): Expression<"v128"> {
  const base = operand("i32", address);
  return {
    type: "v128",
    emit(code) {
      base.emit(code);
      vector.emit(code);
      writeOpcode(code, laneLoadInstructions[name]);
      writeMemoryArgument(code, offset);
      code.byte(lane);
    },
  };
}

/** Writes the immediates of a memory instruction: alignment hint 2^0, then the offset. */
export function writeMemoryArgument(code: ByteWriter, offset: number): void {
  if (!Number.isInteger(offset) || offset < 0 || offset >= 2 ** 32) {
    throw new RangeError(`the offset of a WebAssembly memory access must be in [0, 2^32), got ${offset}`);
  }
  code.byte(0).unsigned(offset);
}

/** `whenTrue` if the i32 `condition` is not zero, else `whenFalse`; both are evaluated, without a branch. */
export function select<T extends ValueType>(
  condition: Operand<"i32">,
  whenTrue: Expression<T>,
  whenFalse: Operand<NoInfer<T>>,
): Expression<T> {
  const type = whenTrue.type;
  const [test, otherwise] = [operand("i32", condition), operand(type, whenFalse)];
  return {
    type,
    emit(code) {
      whenTrue.emit(code);
      otherwise.emit(code);
      test.emit(code);
      if (type === "v128") code.byte(0x1c).byte(1).byte(0x7b);
      else code.byte(0x1b);
    },
  };
}

/**
 * Picks lanes from the two vectors laid end to end. The number of lanes given (16, 8, 4 or 2) says how wide they are:
 * with four lanes of 32 bits, 0 to 3 are those of `low` and 4 to 7 those of `high`.
 */
export function shuffle(
  low: Expression<"v128">,
  high: Expression<"v128">,
  lanes: readonly number[],
): Expression<"v128"> {
  const laneCount = lanes.length;
  if (![2, 4, 8, 16].includes(laneCount)) throw new RangeError(`shuffle takes 2, 4, 8 or 16 lanes, got ${laneCount}`);
  for (const lane of lanes) {
    if (!Number.isInteger(lane) || lane < 0 || lane >= 2 * laneCount) {
      throw new RangeError(`a lane of a ${laneCount}-lane shuffle must be in [0, ${2 * laneCount}), got ${lane}`);
    }
  }
  const width = 16 / laneCount;
  const byteIndices = lanes.flatMap((lane) => Array.from({ length: width }, (_, i) => lane * width + i));
  return {
    type: "v128",
    emit(code) {
      low.emit(code);
      high.emit(code);
      code.byte(simdPrefix).byte(13).bytes(byteIndices);
    },
  };
}
