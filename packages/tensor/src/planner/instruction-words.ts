import { affinesOf, operandsOf } from "../kernel/instruction.ts";
import type { Instruction } from "../kernel/step.ts";

const codes = new Map<string, number>();

/** A small number for each operation and dtype. */
function codeOf(text: string): number {
  let code = codes.get(text);
  if (code === undefined) codes.set(text, (code = codes.size));
  return code;
}

/** Numbers that are equal for equal instructions of one kernel, whose affine functions have equally many strides. */
export function wordsOf(instruction: Instruction): number[] {
  const words = [codeOf(instruction.op), codeOf(instruction.dtype)];
  for (const affine of affinesOf(instruction)) {
    words.push(affine.offset);
    for (let loop = 0; loop < affine.strides.length; loop++) words.push(affine.strides[loop]);
  }
  switch (instruction.op) {
    case "load":
      words.push(instruction.slot, instruction.guard ?? -1);
      break;
    case "scalar":
      words.push(instruction.index);
      break;
    case "constant":
      words.push(instruction.value);
      break;
    case "reduced":
      words.push(instruction.id);
      break;
    case "inside":
      for (const { extent } of instruction.bounds) words.push(extent);
      break;
    default:
      words.push(...operandsOf(instruction));
  }
  return words;
}
