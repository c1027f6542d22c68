import type { DType, Instruction } from "@minima/tensor";
import type { KernelWriter } from "../kernel/kernel-writer.ts";
import { affineValue } from "./affine.ts";
import { binaryValue, unaryValue } from "./arithmetic.ts";
import { castValue } from "./cast.ts";

/** What an instruction is written among. */
export interface InstructionContext {
  readonly outerLoops: number;
  /** The expression of an earlier instruction. */
  valueOf(index: number): string;
  dtypeOf(index: number): DType;
}

/** The value of an instruction other than a load, as an expression; `reduced` reads the variable `r<id>`. */
export function instructionValue(
  writer: KernelWriter,
  instruction: Exclude<Instruction, { op: "load" }>,
  { outerLoops, valueOf, dtypeOf }: InstructionContext,
): string {
  switch (instruction.op) {
    case "scalar":
      return fromWord(writer.scalar(instruction.index), instruction.dtype);
    case "constant":
      return nonFinite(writer, instruction.value);
    case "index":
      return affineValue(instruction, outerLoops);
    case "inside": {
      const tests = instruction.bounds.map(({ extent, ...bound }) => {
        const at = writer.let(affineValue(bound, outerLoops));
        return `(${at} >= 0 && ${at} < ${extent})`;
      });
      return tests.join(" && ");
    }
    case "where":
      return `select(${valueOf(instruction.c)}, ${valueOf(instruction.b)}, ${valueOf(instruction.a)})`;
    case "cast":
      return castValue(writer, dtypeOf(instruction.a), instruction.dtype, valueOf(instruction.a));
    case "randomBits": {
      const { key0, key1, counter, high, index } = instruction;
      const position = `${valueOf(counter)} + u32(${valueOf(index)})`;
      return `${writer.use("threefry")}(${valueOf(key0)}, ${valueOf(key1)}, ${position}, ${valueOf(high)})`;
    }
    case "reduced":
      return `r${instruction.id}`;
    default: {
      const dtype = dtypeOf(instruction.a);
      if ("b" in instruction) {
        return binaryValue(writer, instruction.op, dtype, valueOf(instruction.a), valueOf(instruction.b));
      }
      return unaryValue(writer, instruction.op, dtype, valueOf(instruction.a));
    }
  }
}

/** A word of the scalar block as a value. */
function fromWord(word: string, dtype: DType): string {
  switch (dtype) {
    case "float32":
    case "float16":
      return `bitcast<f32>(${word})`;
    case "int32":
      return `bitcast<i32>(${word})`;
    case "uint32":
      return word;
    case "uint8":
      return `(${word} & 255u)`;
    case "bool":
      return `(${word} != 0u)`;
  }
}

function nonFinite(writer: KernelWriter, value: number): string {
  if (Number.isNaN(value)) return `${writer.use("not_a_number")}()`;
  return `${value < 0 ? "-" : ""}${writer.use("infinity")}()`;
}
