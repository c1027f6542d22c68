import type { Instruction } from "../kernel/step.ts";

const codes = new Map<string, number>();

/** Numbers that are equal for equal instructions of one kernel, whose affine functions have equally many strides. */
export function wordsOf(instruction: Instruction): number[] {
  const words: number[] = [];
  add(words, instruction);
  return words;
}

function add(words: number[], value: unknown): void {
  if (typeof value === "number") words.push(value);
  else if (typeof value === "string") {
    let code = codes.get(value);
    if (code === undefined) codes.set(value, (code = codes.size));
    words.push(code);
  } else for (const name in value as object) add(words, (value as Readonly<Record<string, unknown>>)[name]);
}
