import type { Affine, DType, Instruction } from "@minima/tensor";

/** The earlier instructions an instruction reads; not the value behind a `reduced`. */
export function operandsOf(instruction: Instruction): number[] {
  switch (instruction.op) {
    case "load":
      return instruction.guard === undefined ? [] : [instruction.guard];
    case "scalar":
    case "constant":
    case "index":
    case "inside":
    case "reduced":
      return [];
    case "where":
      return [instruction.a, instruction.b, instruction.c];
    case "randomBits":
      return [instruction.key0, instruction.key1, instruction.counter, instruction.high, instruction.index];
    default:
      return "b" in instruction ? [instruction.a, instruction.b] : [instruction.a];
  }
}

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

/** The affine functions of the loop variables that an instruction evaluates. */
export function affinesOf(instruction: Instruction): readonly Affine[] {
  if (instruction.op === "load" || instruction.op === "index") return [instruction];
  return instruction.op === "inside" ? instruction.bounds : [];
}

/** Type of the value of an instruction: comparisons give bool whatever they compare. */
export function valueDType(instruction: Instruction): DType {
  return instruction.op === "less" || instruction.op === "equal" ? "bool" : instruction.dtype;
}

/** All instructions that must be evaluated to know the `roots`, in ascending order. */
export function closure(instructions: readonly Instruction[], roots: Iterable<number>): number[] {
  const found = new Set<number>();
  const visit = (index: number): void => {
    if (found.has(index)) return;
    found.add(index);
    operandsOf(instructions[index]).forEach(visit);
  };
  for (const root of roots) visit(root);
  return [...found].sort((a, b) => a - b);
}

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
