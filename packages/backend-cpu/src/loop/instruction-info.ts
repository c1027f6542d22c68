import type { Instruction } from "@minima/tensor";

/** The same instruction with operands renamed; those that are not in the map stay. */
export function withOperands(instruction: Instruction, renamed: ReadonlyMap<number, number>): Instruction {
  const copy: Record<string, unknown> = { ...instruction };
  const names = instruction.op === "randomBits" ? [...operandNames, "index"] : operandNames;
  for (const name of names) {
    const operand = copy[name];
    if (typeof operand === "number") copy[name] = renamed.get(operand) ?? operand;
  }
  return copy as unknown as Instruction; // The same instruction with other operands.
}

const operandNames = ["a", "b", "c", "guard", "key0", "key1", "counter", "high"];

/** Vector operations an instruction takes, roughly; loads are judged by their strides elsewhere. */
export function weightOf(instruction: Instruction): number {
  return weights[instruction.op] ?? 1;
}

const weights: Partial<Record<Instruction["op"], number>> = {
  constant: 0,
  scalar: 0,
  reduced: 0,
  div: 3,
  sqrt: 3,
  exp: 24,
  log: 28,
  tanh: 45,
  sin: 45,
  cos: 45,
  atan: 30,
  erf: 50,
  pow: 120,
  mod: 40,
  randomBits: 100,
};
